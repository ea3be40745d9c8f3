// Drives a server with the official OpenAI client and prints one JSON report.
// Input, a JSON object on standard input:
//   baseUrl, model        address with /v1, and the model to ask
//   apiKey                optional
//   prompt                optional, the question of the chat scenarios
//   maxTokens             optional, output limit of every scenario, 32 by default
//   concurrency           optional, how many streams run at the same time, 8 by default
//   embeddings            optional, false to leave embeddings out
import OpenAI from 'openai';
import { text } from 'node:stream/consumers';

const input = JSON.parse(await text(process.stdin));
const prompt = input.prompt ?? 'Tell me a story about a fox.';
const maxTokens = input.maxTokens ?? 32;
const model = input.model;
const client = new OpenAI({ baseURL: input.baseUrl, apiKey: input.apiKey ?? 'none', maxRetries: 0, timeout: 120_000 });
const messages = [{ role: 'user', content: prompt }];

async function streamChat(extra = {}) {
  const stream = await client.chat.completions.create({
    model, messages, max_tokens: maxTokens, temperature: 0, stream: true, stream_options: { include_usage: true }, ...extra,
  });
  const report = { text: '', finishReasons: [], usage: null, chunks: 0 };
  for await (const chunk of stream) {
    report.chunks++;
    for (const choice of chunk.choices) {
      report.text += choice.delta.content ?? '';
      if (choice.finish_reason) report.finishReasons.push(choice.finish_reason);
    }
    if (chunk.usage) report.usage = chunk.usage;
  }
  return report;
}

async function wholeChat() {
  const answer = await client.chat.completions.create({ model, messages, max_completion_tokens: maxTokens, temperature: 0, logprobs: true, top_logprobs: 2 });
  const [choice] = answer.choices;
  return { text: choice.message.content, finishReason: choice.finish_reason, usage: answer.usage, logprobs: choice.logprobs.content.length };
}

async function secondTurn(first) {
  const conversation = [...messages, { role: 'assistant', content: first }, { role: 'user', content: 'And then?' }];
  const answer = await client.chat.completions.create({ model, messages: conversation, max_tokens: maxTokens, temperature: 0 });
  return { text: answer.choices[0].message.content, usage: answer.usage };
}

async function helperStream() {
  const runner = client.chat.completions.stream({ model, messages, max_tokens: maxTokens, temperature: 0 });
  const final = await runner.finalChatCompletion();
  return { text: final.choices[0].message.content, finishReason: final.choices[0].finish_reason };
}

async function completions() {
  const answer = await client.completions.create({ model, prompt: [prompt, prompt], max_tokens: maxTokens, temperature: 0, n: 2, logprobs: 1 });
  return { indexes: answer.choices.map((choice) => choice.index), texts: answer.choices.map((choice) => choice.text), usage: answer.usage };
}

async function streamCompletion() {
  const stream = await client.completions.create({ model, prompt, max_tokens: maxTokens, temperature: 0, stream: true });
  let whole = '';
  let reason = null;
  for await (const chunk of stream) {
    whole += chunk.choices[0]?.text ?? '';
    reason = chunk.choices[0]?.finish_reason ?? reason;
  }
  return { text: whole, finishReason: reason };
}

async function embeddings() {
  const byDefault = await client.embeddings.create({ model, input: ['a fox', 'a hen'] });
  const asFloats = await client.embeddings.create({ model, input: ['a fox', 'a hen'], encoding_format: 'float' });
  const difference = byDefault.data.flatMap((item, i) => item.embedding.map((value, j) => Math.abs(value - asFloats.data[i].embedding[j])));
  return { count: byDefault.data.length, size: byDefault.data[0].embedding.length, difference: Math.max(...difference), usage: byDefault.usage };
}

async function abort() {
  const stream = await client.chat.completions.create({ model, messages, max_tokens: maxTokens, stream: true });
  for await (const _ of stream) break;
  return { aborted: stream.controller.signal.aborted };
}

const bad = [
  { temperature: 'hot' }, { temperature: 3 }, { top_p: 0 }, { n: 1.5 }, { max_tokens: 0 }, { stop: [''] }, { logit_bias: { '-1': 1 } },
  { tools: [{ type: 'web_search' }] }, { response_format: { type: 'xml' } }, { max_token: 5 }, { seed: 'x' },
  { messages: [] }, { messages: [{ role: 'robot', content: 'x' }] }, { top_logprobs: 2 },
];

async function badRequests() {
  const reports = [];
  for (const extra of bad) {
    try {
      await client.chat.completions.create({ model, messages, max_tokens: maxTokens, ...extra });
      reports.push({ sent: extra, status: 200 });
    } catch (error) {
      reports.push({ sent: extra, status: error.status, code: error.code, param: error.param, type: error.type, isBadRequest: error instanceof OpenAI.BadRequestError });
    }
  }
  return reports;
}

async function missingModel() {
  try {
    await client.chat.completions.create({ model: `${model}-missing`, messages });
    return { status: 200 };
  } catch (error) {
    return { status: error.status, code: error.code };
  }
}

const models = [];
for await (const entry of client.models.list()) models.push(entry.id);
const stream = await streamChat();
const report = {
  node: process.version,
  models,
  model: (await client.models.retrieve(model)).id,
  stream,
  whole: await wholeChat(),
  second: await secondTurn(stream.text),
  helper: await helperStream(),
  completions: await completions(),
  streamCompletion: await streamCompletion(),
  embeddings: input.embeddings === false ? null : await embeddings(),
  aborted: await abort(),
  bad: await badRequests(),
  missingModel: await missingModel(),
  concurrent: await Promise.all(Array.from({ length: input.concurrency ?? 8 }, () => streamChat())),
};
process.stdout.write(JSON.stringify(report));
