// Tools of 2026-07-28 that answer with questions (SEP-2322): the client calls again with its answers.
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  inputRequired,
  type McpServer,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { text } from './contents.js';

/** Seals what goes to the client and comes back, so that a changed state is refused. */
export const states = createRequestStateCodec<Record<string, unknown>>({
  key: crypto.getRandomValues(new Uint8Array(32)),
});

const form = (message: string, name: string, type = 'string') =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [name]: { type } }, required: [name] } as never,
  });
const prompt = (value: string) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: text(value) }], maxTokens: 100 });

type Questions = () => Record<string, ReturnType<typeof form> | ReturnType<typeof prompt>>;

/** By name: the questions of each round, and whether a state goes with them. */
const ROUNDS: Record<string, { rounds: Questions[]; hasState?: boolean }> = {
  test_input_required_result_elicitation: { rounds: [() => ({ user_name: form('What is your name?', 'name') })] },
  test_input_required_result_sampling: { rounds: [() => ({ capital_question: prompt('The capital of France?') })] },
  test_input_required_result_list_roots: { rounds: [() => ({ client_roots: inputRequired.listRoots() as never })] },
  test_input_required_result_request_state: {
    rounds: [() => ({ confirm: form('Please confirm', 'ok', 'boolean') })],
    hasState: true,
  },
  test_input_required_result_tampered_state: {
    rounds: [() => ({ confirm: form('Please confirm', 'ok', 'boolean') })],
    hasState: true,
  },
  test_input_required_result_multiple_inputs: {
    rounds: [
      () => ({
        user_name: form('What is your name?', 'name'),
        greeting: prompt('Generate a greeting'),
        client_roots: inputRequired.listRoots() as never,
      }),
    ],
    hasState: true,
  },
  test_input_required_result_multi_round: {
    rounds: [() => ({ step1: form('Your name?', 'name') }), () => ({ step2: form('Your favorite color?', 'color') })],
    hasState: true,
  },
  test_missing_capability: { rounds: [() => ({ llm_answer: prompt('Reply with the single word: pong') })] },
};

/** The questions that a client can answer, by the capability that it declares. */
const BY_CAPABILITY = {
  elicitation: { user_name: form('What is your name?', 'name') },
  sampling: { greeting: prompt('Generate a greeting') },
  roots: { client_roots: inputRequired.listRoots() },
};

export function addRounds(server: McpServer): void {
  addAskingPrompt(server);
  server.registerTool(
    'test_input_required_result_capabilities',
    { description: 'asks what the client can answer', inputSchema: z.object({}) },
    async (_args, { mcpReq }) => {
      const declared = Object.keys(
        (mcpReq.envelope as Record<string, object> | undefined)?.[CLIENT_CAPABILITIES_META_KEY] ?? {},
      );
      const asked = Object.entries(BY_CAPABILITY).filter(([capability]) => declared.includes(capability));
      const questions = Object.assign({}, ...asked.map(([, question]) => question));
      if (mcpReq.inputResponses !== undefined || asked.length === 0) return { content: [text('done')] };
      return inputRequired({ inputRequests: questions });
    },
  );
  for (const [name, { rounds, hasState = false }] of Object.entries(ROUNDS)) {
    server.registerTool(name, { description: name, inputSchema: z.object({}) }, async (_args, { mcpReq }) => {
      const state = mcpReq.requestState<{ round?: number }>();
      const answers = mcpReq.inputResponses ?? {};
      const round = state?.round ?? 0;
      // Without all the answers, the same questions are asked again.
      const isAnswered = rounds[round] && Object.keys(rounds[round]()).every((key) => answers[key] !== undefined);
      const next = isAnswered ? round + 1 : round;
      const questions = rounds[next]?.();
      if (questions === undefined) return { content: [text(`state-ok: ${JSON.stringify(answers)}`)] };
      const requestState = hasState ? { requestState: await states.mint({ round: next }) } : {};
      return inputRequired({ inputRequests: questions as never, ...requestState });
    });
  }
}

function addAskingPrompt(server: McpServer): void {
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'asks for context' },
    async ({ mcpReq }) => {
      const context = acceptedContent<{ context: string }>(mcpReq.inputResponses, 'user_context')?.context;
      if (context === undefined) {
        return inputRequired({ inputRequests: { user_context: form('Which context?', 'context') } });
      }
      return { messages: [{ role: 'user', content: text(`Use the following context: ${context}`) }] };
    },
  );
}
