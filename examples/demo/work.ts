import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { callTool } from './parts.js';
import { say } from './say.js';

/** In the arguments, the errors and a tool's name; it must not be in anything that is kept or sent. */
export const SECRET = 's3cr3t-cluster-token-7f1c9a';

/** A day's work. @returns how often the hint came along */
export async function useTools(client: Client): Promise<number> {
  let hints = 0;
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const { isFailure, texts } = await callTool(client, name, args);
    hints += texts.filter((text) => text.includes('This note is shown once')).length;
    const [shown = ''] = texts;
    const outcome = isFailure ? 'failed' : 'answered';
    say(`   ${name.padEnd(10)} ${outcome}: ${shown.slice(0, 60).replaceAll(SECRET, '<the secret>')}`);
  };
  for (let number = 0; number < 6; number += 1) await call('recommend', { intent: `deploy with token ${SECRET}` });
  await call('query', { question: `what uses ${SECRET}?` });
  await call('remediate', { issue: `pod ${SECRET} is crashing` });
  await call('operate', { intent: 'scale' });
  await call('recommend', {}); // refused: an argument is missing
  await call('version');
  await call(`made-up-${SECRET}`); // no such tool
  return hints;
}
