// Drives a server as agents do, with the official clients of OpenAI and Anthropic, and prints one JSON report. The model calls `weather` when
// it has no result yet, and speaks when it has one.
// Input, a JSON object on standard input: baseUrl (address with /v1), model, schema (of structured answers).
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';
import { text } from 'node:stream/consumers';

const input = JSON.parse(await text(process.stdin));
const { model, schema } = input;
const openai = new OpenAI({ baseURL: input.baseUrl, apiKey: 'none', maxRetries: 0, timeout: 120_000 });
const anthropic = new Anthropic({ baseURL: input.baseUrl.replace(/\/v1\/?$/, ''), apiKey: 'none', maxRetries: 0, timeout: 120_000 });
const question = [{ role: 'user', content: 'How is the weather in Rome?' }];
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const tools = [{ type: 'function', function: { name: 'weather', description: 'Weather of a city.', parameters } }];
const claudeTools = [{ name: 'weather', description: 'Weather of a city.', input_schema: parameters }];

async function runTools(stream) {
  const asked = [];
  const runner = openai.chat.completions.runTools({
    model, messages: question, temperature: 0, stream,
    tools: [{ type: 'function', function: { ...tools[0].function, parse: JSON.parse, function: ({ city }) => { asked.push(city); return '21 degrees'; } } }],
  });
  return { text: await runner.finalContent(), asked };
}

async function parsed() {
  const answer = await openai.chat.completions.parse({
    model, messages: question, temperature: 1.5, seed: 5, response_format: { type: 'json_schema', json_schema: { name: 'report', strict: true, schema } },
  });
  return JSON.parse(answer.choices[0].message.content);
}

async function message() {
  const answer = await anthropic.messages.create({ model, max_tokens: 128, temperature: 0, system: 'Be brief.', messages: question });
  return { content: answer.content, stop: answer.stop_reason, usage: answer.usage };
}

async function streamed(extra) {
  const events = [];
  const stream = anthropic.messages.stream({ model, max_tokens: 128, temperature: 0, messages: question, ...extra });
  stream.on('streamEvent', (event) => events.push(event.type));
  const final = await stream.finalMessage();
  return { events, content: final.content, stop: final.stop_reason, usage: final.usage };
}

async function claudeAgent() {
  const messages = [...question];
  const first = await anthropic.messages.create({ model, max_tokens: 128, temperature: 0, tools: claudeTools, messages });
  const call = first.content.find((block) => block.type === 'tool_use');
  messages.push({ role: 'assistant', content: first.content });
  messages.push({ role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: '21 degrees' }] });
  const second = await anthropic.messages.create({ model, max_tokens: 128, temperature: 0, tools: claudeTools, messages });
  return { stop: first.stop_reason, input: call.input, text: second.content[0].text, end: second.stop_reason };
}

async function refused() {
  try {
    await anthropic.messages.create({ model, max_tokens: 0, messages: question });
    return null;
  } catch (error) {
    return { status: error.status, type: error.error?.error?.type, message: error.message, isBadRequest: error instanceof Anthropic.BadRequestError };
  }
}

const report = {
  runTools: await runTools(false),
  runToolsStreamed: await runTools(true),
  parsed: await parsed(),
  message: await message(),
  streamed: await streamed({}),
  streamedTools: await streamed({ tools: claudeTools, tool_choice: { type: 'any' } }),
  claudeAgent: await claudeAgent(),
  counted: (await anthropic.messages.countTokens({ model, messages: question, tools: claudeTools })).input_tokens,
  refused: await refused(),
};
console.log(JSON.stringify(report));
