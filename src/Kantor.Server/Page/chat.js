'use strict';

const find = (id) => document.getElementById(id);
const [main, log, form, prompt, send, stop, stats, notice, welcome] =
  ['main', 'log', 'form', 'prompt', 'send', 'stop', 'stats', 'notice', 'welcome'].map(find);

const examples = [
  { title: 'A story', text: 'Tell me a story about a fox.' },
  {
    title: 'Recall from a document',
    text: "Sam comes on Sunday. Simon lives in Helsinki. Julia was born in January. The ring is in the garden. Emma's friend is Oliver. Max lives in Oslo. Laura speaks Polish. Adam has the shell.\nWho is Emma's friend?",
  },
  { title: 'A short story', text: 'Tell me a short story about Mira.' },
];

let model = null;
let messages = [];
let running = null;

function headers() {
  const key = find('key').value;
  return { 'Content-Type': 'application/json', ...(key ? { Authorization: `Bearer ${key}` } : {}) };
}

async function messageOf(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return `The server answered ${response.status}.`;
  }
}

async function loadModel() {
  try {
    const response = await fetch('/v1/models', { headers: headers() });
    if (!response.ok) throw new Error(await messageOf(response));
    model = (await response.json()).data[0].id;
    find('model').textContent = model;
    notice.hidden = true;
  } catch (error) {
    warn(error.message);
  }
}

function warn(text) {
  notice.textContent = text;
  notice.hidden = false;
}

/** The body of a request; fields that are left empty are not sent. */
function request() {
  const number = (id) => (find(id).value === '' ? undefined : Number(find(id).value));
  const system = find('system').value.trim();
  return {
    model,
    messages: system ? [{ role: 'system', content: system }, ...messages] : messages,
    temperature: number('temperature'),
    max_tokens: number('max-tokens'),
    seed: number('seed'),
    stream: true,
    stream_options: { include_usage: true },
  };
}

/** Objects of a stream of server-sent events, until its end mark. */
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error('The answer broke off.');
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      if (!block.startsWith('data: ')) continue;
      const data = block.slice(6);
      if (data === '[DONE]') return;
      yield JSON.parse(data);
    }
  }
}

function bubble(role, text) {
  const item = document.createElement('li');
  item.className = role;
  item.textContent = text;
  log.append(item);
  return item;
}

function note(item, text) {
  const line = document.createElement('span');
  line.className = 'note';
  line.textContent = text;
  item.append(line);
}

function showStats(run) {
  const parts = [];
  const seconds = (performance.now() - run.firstAt) / 1000;
  const tokens = run.usage ? run.usage.completion_tokens : run.pieces;
  if (run.firstAt) parts.push(`first token ${Math.round(run.firstAt - run.startedAt)} ms`);
  if (run.firstAt && seconds > 0 && tokens > 1) parts.push(`${((tokens - 1) / seconds).toFixed(1)} tokens/s`);
  if (run.usage) parts.push(`${tokens} tokens`, `prompt ${run.usage.prompt_tokens} (${run.usage.prompt_tokens_details.cached_tokens} cached)`);
  stats.textContent = parts.join(' · ');
}

/** A screen reader hears the answer once, when it is complete. */
function setBusy(isBusy) {
  log.setAttribute('aria-busy', isBusy);
  send.hidden = isBusy;
  stop.hidden = !isBusy;
  if (!isBusy) prompt.focus({ preventScroll: true });
}

/** Keeps the end in view, unless the reader has scrolled up. */
function follow(change) {
  const isAtEnd = main.scrollHeight - main.scrollTop - main.clientHeight < 60;
  change();
  if (isAtEnd) main.scrollTop = main.scrollHeight;
}

async function answer(item, run) {
  const response = await fetch('/v1/chat/completions', { method: 'POST', headers: headers(), body: JSON.stringify(request()), signal: run.abort.signal });
  if (!response.ok) throw new Error(await messageOf(response));
  const text = document.createTextNode('');
  item.append(text);
  for await (const event of events(response)) {
    if (event.error) throw new Error(event.error.message);
    if (event.usage) run.usage = event.usage;
    for (const choice of event.choices) {
      const piece = choice.delta.content ?? '';
      if (choice.finish_reason === 'length') note(item, 'Cut at the token limit.');
      if (!piece) continue;
      run.firstAt ||= performance.now();
      run.pieces++;
      run.text += piece;
      follow(() => text.appendData(piece));
    }
    showStats(run);
  }
}

async function ask(question) {
  if (!model) await loadModel();
  if (!model || running) return;
  notice.hidden = true;
  welcome.hidden = true;
  messages.push({ role: 'user', content: question });
  bubble('user', question);
  const item = bubble('assistant busy', '');
  main.scrollTop = main.scrollHeight;
  const run = (running = { abort: new AbortController(), startedAt: performance.now(), firstAt: 0, pieces: 0, text: '', usage: null });
  setBusy(true);
  stats.textContent = '';
  try {
    await answer(item, run);
  } catch (error) {
    if (error.name === 'AbortError') note(item, 'Stopped.');
    else warn(error.message);
  }

  item.classList.remove('busy');
  if (run === running) finish(item, run, question);
}

/** An unanswered question leaves the conversation, so that it can be asked again. */
function finish(item, run, question) {
  if (run.text) {
    messages.push({ role: 'assistant', content: run.text });
  } else {
    messages.pop();
    item.remove();
    prompt.value ||= question;
  }

  running = null;
  setBusy(false);
}

function grow() {
  prompt.style.height = 'auto';
  prompt.style.height = `${prompt.scrollHeight}px`;
}

function startAnew() {
  running?.abort.abort();
  running = null;
  messages = [];
  log.replaceChildren();
  stats.textContent = '';
  notice.hidden = true;
  welcome.hidden = false;
  setBusy(false);
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const question = prompt.value.trim();
  if (!question || running) return;
  prompt.value = '';
  grow();
  ask(question);
});
prompt.addEventListener('input', grow);
prompt.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
stop.addEventListener('click', () => running?.abort.abort());
find('new').addEventListener('click', startAnew);
find('key').addEventListener('change', loadModel);

for (const example of examples) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = example.title;
  const detail = document.createElement('span');
  detail.textContent = example.text;
  button.append(detail);
  button.addEventListener('click', () => ask(example.text));
  const item = document.createElement('li');
  item.append(button);
  find('examples').append(item);
}

loadModel();
