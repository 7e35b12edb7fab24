import type { Analytics, Call, Session } from './options.js';

/** A call that is not counted. */
export const UNCOUNTED: Call = { isCounted: false, stop: () => 0, end() {}, abandon() {} };

/** A session that counts nothing. */
export const INERT_SESSION: Session = { begin: () => UNCOUNTED, run: (_tool, work) => work() };

export const DISABLED = 'Analytics: disabled (opt-in with DOT_AI_ANALYTICS=true)';

/** What a host gets if no tracker could be created: its calls run, and nothing is counted (P6). */
export const INERT: Analytics = {
  session: () => INERT_SESSION,
  run: INERT_SESSION.run,
  tool: () => 'other',
  feature() {},
  provider() {},
  hint: () => undefined,
  feedback: () => undefined,
  statusLine: () => DISABLED,
  close: () => Promise.resolve(),
};
