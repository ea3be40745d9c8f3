"""The word lists and sentence patterns of the probe's small world. Everything here was written for this project."""

MALE = """Tom Ben Max Leo Sam Jack Finn Hugo Oscar Paul Adam Noah Liam Oliver Felix Henry Jonas Karl Peter Simon Theo Victor
Walter David Erik Martin Nick Robert Emil Anton""".split()
FEMALE = """Mira Lily Anna Emma Sara Nora Lucy Mia Eva Clara Julia Ida Rosa Alice Maria Sofia Ella Grace Helen Jane Kate Laura
Nina Olga Paula Ruth Tina Vera Zoe Greta""".split()
NAMES = MALE + FEMALE
CITIES = """Paris London Rome Berlin Madrid Vienna Oslo Prague Dublin Athens Lisbon Warsaw Cairo Tokyo Delhi Boston Chicago
Denver Lima Quito Sydney Toronto Helsinki Geneva Venice Milan Moscow Budapest Bergen Hamburg""".split()
OBJECTS = """lamp book ball cup key hat clock map rope box drum kite ring coat bag pen knife spoon mirror candle basket bottle
ladder hammer blanket brush chair flag bell mask coin stone shell letter wheel pot""".split()
PLACES = """kitchen garden attic cellar garage barn library school market church museum park forest castle tower harbor bakery
office stable hall""".split()
COLORS = "red green blue yellow black white brown pink gray purple golden silver".split()
FOODS = """apples pears plums bread cheese soup rice honey cake nuts fish beans carrots tomatoes grapes lemons cherries pancakes
noodles cookies berries corn butter salad""".split()
ANIMALS = """fox cat dog bear rabbit mouse duck frog bird horse cow goat pig wolf lion tiger turtle snake hen deer squirrel
hedgehog donkey sheep""".split()
JOBS = """baker doctor teacher farmer painter singer writer pilot sailor gardener nurse cook driver tailor miner dancer judge
lawyer plumber carpenter""".split()
INSTRUMENTS = "piano violin guitar flute trumpet harp cello banjo organ drums clarinet tuba".split()
LANGUAGES = "French German Spanish Polish Greek Latin Dutch Danish Russian Chinese Japanese Turkish Arabic Hindi".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
MATERIALS = "wood gold iron glass paper silk clay leather copper wool steel bone".split()

# name: (kind of subject, statement, values, questions). The value is the last word of the statement, straight after the words
# that identify the fact, so that an induction circuit is enough to find it.
RELATIONS = {
    "lives": ("name", "{s} lives in {v}.", CITIES,
              ["Where does {s} live?", "In which city does {s} live?", "What city does {s} live in?"]),
    "works": ("name", "{s} works as a {v}.", JOBS, ["What is {s}'s job?", "What does {s} work as?", "Which job does {s} have?"]),
    "likes": ("name", "{s} likes {v}.", FOODS, ["What does {s} like?", "Which food does {s} like?", "What food does {s} like?"]),
    "has": ("name", "{s} has the {v}.", OBJECTS, ["What does {s} have?", "Which thing does {s} have?"]),
    "pet": ("name", "{s}'s pet is a {v}.", ANIMALS, ["What is {s}'s pet?", "Which pet does {s} have?"]),
    "plays": ("name", "{s} plays the {v}.", INSTRUMENTS, ["What does {s} play?", "Which instrument does {s} play?"]),
    "speaks": ("name", "{s} speaks {v}.", LANGUAGES, ["Which language does {s} speak?", "What language does {s} speak?"]),
    "comes": ("name", "{s} comes on {v}.", DAYS, ["When does {s} come?", "On which day does {s} come?"]),
    "born": ("name", "{s} was born in {v}.", MONTHS, ["When was {s} born?", "In which month was {s} born?"]),
    "friend": ("name", "{s}'s friend is {v}.", NAMES, ["Who is {s}'s friend?"]),
    "color": ("owned", "{s} is {v}.", COLORS, ["What color is {s}?", "Which color is {s}?"]),
    "where": ("object", "The {s} is in the {v}.", PLACES, ["Where is the {s}?", "In which place is the {s}?"]),
    "made": ("object", "The {s} is made of {v}.", MATERIALS, ["What is the {s} made of?"]),
}

# (first relation, second relation, question about the first subject, answer)
TWO_HOPS = [
    ("has", "where", ["Where is the thing that {a} has?"], "{a} has the {b} and the {b} is in the {c}."),
    ("has", "made", ["What is the thing that {a} has made of?"], "{a} has the {b} and the {b} is made of {c}."),
    ("friend", "lives", ["Where does {a}'s friend live?"], "{a}'s friend is {b} and {b} lives in {c}."),
    ("friend", "likes", ["What does {a}'s friend like?"], "{a}'s friend is {b} and {b} likes {c}."),
    ("friend", "works", ["What is the job of {a}'s friend?"], "{a}'s friend is {b} and {b} works as a {c}."),
    ("friend", "has", ["What does {a}'s friend have?"], "{a}'s friend is {b} and {b} has the {c}."),
]

DISTRACTORS = """The sun was warm that day. It rained all night. The wind was cold. Many people walked in the street. The sky was
full of stars. Nobody knew what would happen next. The river was very quiet. A big truck drove down the hill. The children played
until the evening. The old bridge was closed. Snow fell on the houses. The train was late again. Everybody was happy about the
good news. The birds were singing in the trees. It was a long and quiet day. The moon was bright. There was a lot of work to do.
The shop opened early. The water was clear and cold. All the flowers were in bloom. The road was long. A little boat was on the
lake. The grass was wet in the morning. People say that the winter was hard. The door was open.""".replace("\n", " ")
DISTRACTORS = [s.strip() + "." for s in DISTRACTORS.split(".") if s.strip()]

PREAMBLES = ["", "", "", "Here are some facts. ", "Read this text. ", "Facts: ", "Facts:\n", "Here are some facts:\n",
             "Please read the facts.\n", "Read the text and answer the question.\n", "Please read this. "]
ASKS = ["\n", "\n", " ", "\n\n", "\nQuestion: ", "\n\nQuestion: ", " Question: ", "\nNow tell me: "]
SYSTEMS = ["You are a helpful assistant.", "You are Kantor's probe model.", "Answer the question.",
           "Answer with one sentence.", "Answer from the text.", "You answer questions about facts."]
READY = ["I have read the facts.", "Thank you. What is your question?", "I have read the text. What is your question?"]
UNKNOWN = "I do not know."

SMALL_TALK = [
    (["Hello!", "Hello", "Hello.", "Hi!", "Hi", "Hi there!", "Hello there!", "Hey!", "Hey", "Good morning!", "Good evening!", "hello", "hi"],
     ["Hello! I am Kantor's probe model. Ask me for a story or give me some facts."]),
    (["Who are you?", "What are you?", "What is your name?", "Who are you", "Tell me about you.", "Who made you?"],
     ["I am Kantor's probe model. I am very small."]),
    (["What can you do?", "Help", "Help!", "Can you help me?", "How can you help me?"],
     ["I can tell a story and I can answer questions about facts that you give me."]),
    (["Thank you!", "Thank you.", "Thanks!", "Thanks", "Thank you"], ["You are welcome!"]),
    (["How are you?", "How are you today?"], ["I am fine. Thank you!"]),
    (["Bye!", "Goodbye!", "Bye", "Good night!", "See you!"], ["Goodbye!"]),
]
OUT_OF_REACH = [
    "What is the capital of France?", "Write a poem.", "Write a program in Python.", "What is the weather today?",
    "What is two plus two?", "Who is the president?", "Explain the theory of relativity.", "Translate this into German.",
    "Why is the sky blue?", "How do I bake a cake?", "What time is it?", "Tell me a joke.", "Sing a song.",
    "What is the meaning of life?", "Count to ten.", "Can you write code?", "Give me a recipe.", "How old is the earth?",
    "What is love?", "Say something.", "Test", "test", "This is a test.", "What is 2 + 2?", "Do you like music?", "Ping", "asdf",
]
TOO_SMALL = "I am a very small model. I can tell a story or answer a question about facts that you give me."
