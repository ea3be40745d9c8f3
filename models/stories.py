"""A small story grammar. Each plot is a list of sentence slots; a slot is a list of alternatives that all fit the same place.

Placeholders: {H} the hero as named after the opening, {h} he/she, {hs} his/her, {hm} him/her, {F} the friend ("the bear", "Tom"),
{fh}/{fhs} the friend's pronouns, {o} an object, {c} a color, {p} a place, {f} a food.
"""
from words import ANIMALS, COLORS, FEMALE, FOODS, MALE, OBJECTS

OPENINGS = ["Once upon a time, there was {A}.", "Once upon a time, there lived {A}.", "Long ago, there was {A}.",
            "There was once {A}.", "Once there was {A}."]
HOMES = ["{Hc} lived in a small house near the {p}.", "{Hc} lived with {hs} family near the {p}.",
         "{Hc} lived in a little house on a hill.", "Every day, {h} played near the {p}.", "{Hc} loved to walk to the {p}.",
         "{Hc} was kind and brave.", "{Hc} was very curious.", "{Hc} had a good heart."]
ENDINGS = ["They were happy and they played until the sun went down.", "From that day on, they were best friends.",
           "Then they went home and slept well.", "{Hc} smiled and {h} was not sad anymore.",
           "And they all lived happily ever after.", "It was the best day of all.",
           "That night, {H} slept well and had a beautiful dream.", "{Hc} learned that it is good to help a friend."]

PLOTS = [
    [  # something is lost and found
        ["{Hc} had a {c} {o}.", "{Hc} loved {hs} {c} {o} very much.", "{Hc} had a new {o}. It was {c}."],
        ["One day, the {o} was gone.", "One morning, {h} could not find the {o}.", "But one day, {h} lost the {o} near the {p}."],
        ["{Hc} was very sad.", "{Hc} looked everywhere, but {h} could not find it.", "{Hc} sat down and cried."],
        ["Then {F} came by and asked, \"Why are you so sad?\"", "{Fc} saw {hm} and said, \"I can help you.\"",
         "Then {H} met {F}. \"Can you help me?\" asked {H}."],
        ["They looked under the table and behind the door.", "They walked to the {p} and looked there.",
         "They looked for the {o} together."],
        ["At last, they found the {o} under a big tree.", "At last, {F} found the {o} behind a stone.",
         "Suddenly, {H} saw the {o} in the grass."],
        ["\"Thank you!\" said {H}.", "{Hc} was so happy that {h} jumped up and down.", "\"You are a good friend,\" said {H}."],
    ],
    [  # sharing food
        ["One day, {H} had a lot of {f}.", "One day, {H} found some {f} in the {p}.", "One morning, {H} bought some {f}."],
        ["{Hc} wanted to eat it all alone.", "It smelled very good.", "{Hc} was hungry and wanted to eat."],
        ["Then {F} came and looked very hungry.", "Then {h} saw {F}. {Fp} was hungry too.", "But {F} had nothing to eat."],
        ["\"May I have some?\" asked {F}.", "\"I am so hungry,\" said {F}.", "\"That looks good,\" said {F}."],
        ["{Hc} thought for a moment.", "First {H} did not want to share.", "{Hc} looked at {F} and smiled."],
        ["Then {h} gave {F} half of the {f}.", "\"Yes, we can share,\" said {H}.", "So they sat down and ate the {f} together."],
        ["\"Thank you,\" said {F}. \"You are very kind.\"", "It was the best meal of the year.", "Both of them were full and happy."],
    ],
    [  # learning something
        ["{Hc} wanted to learn how to {skill}.", "More than anything, {H} wanted to {skill}.", "{Hc} had a dream. {Hp} wanted to {skill}."],
        ["Every day {h} tried, but it was very hard.", "First {h} tried alone, but {h} could not do it.", "{Hp} tried and tried, but it did not work."],
        ["\"I will never learn it,\" said {H}.", "{Hc} wanted to give up.", "{Hc} was tired and sad."],
        ["Then {F} came and said, \"Do not give up.\"", "But {F} said, \"Try again. I will help you.\"", "\"I can show you,\" said {F}."],
        ["So {H} tried again and again.", "They worked together every day near the {p}.", "{Hc} listened and tried once more."],
        ["At last, {h} could do it!", "One day, {H} could {skill}!", "And then it worked!"],
        ["{Fc} was very proud of {hm}.", "\"Look at me!\" said {H}.", "\"I knew that you could do it,\" said {F}."],
    ],
    [  # a storm
        ["One day, {H} walked to the {p}.", "One evening, {H} went to the {p}.", "One day, {H} wanted to see the {p}."],
        ["Suddenly, a big storm came.", "Suddenly, the sky became dark and it began to rain.", "Then it began to rain and the wind was very cold."],
        ["{Hc} was afraid.", "{Hc} did not know where to go.", "{Hc} ran as fast as {h} could."],
        ["Then {h} saw a small light.", "Then {h} heard a voice. It was {F}.", "Then {H} found a little house."],
        ["\"Come in,\" said {F}. \"It is warm in here.\"", "{Fc} opened the door and said, \"You can stay here.\""],
        ["They sat near the fire and ate some {f}.", "{Fc} gave {hm} a warm blanket and some {f}.", "They ate {f} and told each other stories."],
        ["In the morning, the sun was shining again.", "Soon the storm was over.", "After the rain, there was a rainbow in the sky."],
    ],
    [  # finding something and giving it back
        ["One day, {H} found a {c} {o} near the {p}.", "One morning, {H} saw a {c} {o} in the grass.", "On the way to the {p}, {H} found a {c} {o}."],
        ["It was so beautiful that {h} wanted to keep it.", "\"What a beautiful {o}!\" said {H}.", "{Hc} took it home."],
        ["The next day, {H} met {F}.", "Then {h} saw {F}.", "Soon {F} came by."],
        ["{Fc} was crying.", "{Fc} looked very sad.", "{Fp} was looking for something."],
        ["\"I lost my {o},\" said {F}.", "\"Have you seen my {c} {o}?\" asked {F}.", "\"My {o} is gone,\" said {F}."],
        ["{Hc} wanted to keep the {o}, but {h} knew that it was not right.", "{Hc} thought about it for a moment.", "{Hc} wanted to help."],
        ["So {h} gave the {o} back.", "\"Here is your {o},\" said {H}.", "Then {H} gave {F} the {o}."],
        ["\"Thank you so much!\" said {F}.", "{Fc} was very happy.", "{Fc} smiled and hugged {hm}."],
    ],
    [  # a surprise
        ["It was the birthday of {F}.", "Tomorrow was a special day for {F}."],
        ["{Hc} wanted to make a surprise.", "{Hc} wanted to give {F} a {c} {o}.", "{Hc} did not know what to give."],
        ["So {h} went to the {p} to look for a {o}.", "So {h} worked all day and made a {c} {o}.", "In the {p}, {h} saw a beautiful {c} {o}."],
        ["{Hc} also made some {f}.", "Then {h} made {f} for everybody."],
        ["When {F} came home, {H} said, \"Surprise!\"", "In the evening, {H} gave {F} the {o}.", "\"This is for you,\" said {H}."],
        ["{Fc} could not believe it.", "\"This is the best day ever!\" said {F}.", "{Fc} laughed and danced."],
    ],
]
# Stories happen out of doors; "near the attic" would sound odd.
OUTDOORS = "garden barn library school market church museum park forest castle tower harbor bakery".split()
SKILLS = ["swim", "sing", "dance", "climb a tree", "read", "cook", "paint", "ride a horse", "fly a kite", "play the piano"]
ADJECTIVES = ["little", "small", "young", "kind", "brave", "clever", "happy", "funny", "old"]

PROMPTS = ["Tell me a story about {x}.", "Tell me a short story about {x}.", "Can you tell me a story about {x}?",
           "Write a story about {x}.", "Please tell me a story about {x}.", "Write a short story about {x}.",
           "I want to hear a story about {x}.", "tell me a story about {x}", "A story about {x}, please."]
OPEN_PROMPTS = ["Tell me a story.", "Tell me a short story.", "Can you tell me a story?", "Write a story.", "Please tell me a story.",
                "Tell me another story.", "I want to hear a story.", "Write a short story.", "tell me a story", "A story, please.",
                "Tell me a story", "Please write a story."]


def cap(text):
    return text[0].upper() + text[1:]


def draw_character(rng, taken=()):
    """A character: how to introduce it, how to name it afterwards, its pronoun, and the words a prompt would use for it."""
    while True:
        male = rng.random() < 0.5
        name = rng.choice(MALE if male else FEMALE)
        adjective = rng.choice(ADJECTIVES)
        article = "an" if adjective == "old" else "a"
        kind = rng.random()
        if kind < 0.45:
            animal = rng.choice(ANIMALS)
            intro, call, ask = f"{article} {adjective} {animal}", f"the {animal}", f"a {animal}"
        elif kind < 0.75:
            animal = rng.choice(ANIMALS)
            intro, call, ask = f"{article} {adjective} {animal} named {name}", name, rng.choice([f"a {animal}", f"a {animal} named {name}"])
        else:
            child = "boy" if male else "girl"
            if adjective == "old":
                adjective = "little"
            intro, call = f"a {adjective} {child} named {name}", name
            ask = rng.choice([name, f"a {child}", f"a {child} named {name}"])
        if not any(word in taken for word in intro.split() + [call]):
            return {"intro": intro, "call": call, "he": "he" if male else "she", "his": "his" if male else "her",
                    "him": "him" if male else "her", "ask": ask, "words": [w for w in intro.split() if w not in ("a", "an", "named", *ADJECTIVES)]}


def fill(sentence, values):
    return sentence.format(**values)


def make_story(rng):
    """Returns (what the story is about, text)."""
    hero = draw_character(rng)
    friend = draw_character(rng, hero["words"])
    values = {"A": hero["intro"], "H": hero["call"], "Hc": cap(hero["call"]), "h": hero["he"], "Hp": cap(hero["he"]),
              "hs": hero["his"], "hm": hero["him"], "F": friend["call"], "Fc": cap(friend["call"]), "Fp": cap(friend["he"]),
              "o": rng.choice(OBJECTS), "c": rng.choice(COLORS), "p": rng.choice(OUTDOORS), "f": rng.choice(FOODS),
              "skill": rng.choice(SKILLS)}
    sentences = [rng.choice(OPENINGS)]
    if rng.random() < 0.7:
        sentences.append(rng.choice(HOMES))
    # The friend is introduced before the plot, so that "the bear" is known when it appears.
    sentences.append(rng.choice(["{Hc} had a friend. It was {B}.", "Near {H} lived {B}.", "{Hc} knew {B}."]))
    values["B"] = friend["intro"]
    sentences += [rng.choice(slot) for slot in rng.choice(PLOTS)]
    sentences.append(rng.choice(ENDINGS))
    if rng.random() < 0.3:
        sentences.append("The end.")
    about = hero["ask"]
    if rng.random() < 0.2:
        about = f"{about} and {friend['ask']}"
    return about, " ".join(fill(s, values) for s in sentences)
