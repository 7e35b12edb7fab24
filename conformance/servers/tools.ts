// The tools that the suite calls, apart from either SDK.
import { setTimeout as delay } from 'node:timers/promises';
import { CONTENTS, text } from './contents.js';
import { DEFAULTS, ENUMS } from './forms.js';

/** What a tool may do while a call is under way. */
export interface Call {
  readonly args: Readonly<Record<string, unknown>>;
  readonly progressToken: string | number | undefined;
  notify(method: string, params: object): Promise<void>;
  /** Asks the client. */
  ask(method: string, params: object): Promise<Readonly<Record<string, unknown>>>;
  /** Ends the stream of the response early; the client comes back for the rest. */
  closeStream(): void;
}

export interface Tool {
  /** The names of its arguments, all of them text. */
  readonly args: readonly string[];
  run(call: Call): Promise<{ content: object[] }>;
}

const says = (value: string) => ({ content: [text(value)] });

const tool = (run: Tool['run'], ...args: string[]): Tool => ({ args, run });

const elicit = (requestedSchema: object, message?: string) => async (call: Call) => {
  const params = { message: message ?? call.args.message, requestedSchema };
  const { action, content } = await call.ask('elicitation/create', params);
  return says(`Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`);
};

export const TOOLS: Readonly<Record<string, Tool>> = {
  ...Object.fromEntries(Object.entries(CONTENTS).map(([name, content]) => [name, tool(async () => ({ content }))])),

  test_error_handling: tool(async () => {
    throw new Error('This tool intentionally returns an error for testing');
  }),

  test_tool_with_logging: tool(async ({ notify }) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await notify('notifications/message', { level: 'info', data });
      await delay(50);
    }
    return says('Tool with logging executed successfully');
  }),

  test_tool_with_progress: tool(async ({ notify, progressToken }) => {
    if (progressToken === undefined) return says('no progress token');
    for (const progress of [0, 50, 100]) {
      await notify('notifications/progress', { progressToken, progress, total: 100, message: `Step ${progress}` });
      await delay(50);
    }
    return says(String(progressToken));
  }),

  test_reconnection: tool(async ({ closeStream }) => {
    closeStream();
    await delay(100);
    return says('The client came back.');
  }),

  test_sampling: tool(async ({ args, ask }) => {
    const messages = [{ role: 'user', content: text(`${args.prompt}`) }];
    const { content } = await ask('sampling/createMessage', { messages, maxTokens: 100 });
    return says(`LLM response: ${(content as { text?: string }).text}`);
  }, 'prompt'),

  test_elicitation: tool(
    elicit({ type: 'object', properties: { response: { type: 'string' } }, required: ['response'] }),
    'message',
  ),
  test_elicitation_sep1034_defaults: tool(elicit(DEFAULTS, 'Please review the defaults')),
  test_elicitation_sep1330_enums: tool(elicit(ENUMS, 'Please select options')),
};
