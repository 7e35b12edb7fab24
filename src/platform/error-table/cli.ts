import type { ErrorDefinition } from './definition.js';

/** Errors of the commands for a user's own data. */
export const nobodyCanAnswer = {
  code: 'USAGE',
  message:
    'Nobody can be asked here, because stdin or stderr is not a terminal. Nothing was changed. Run dot-ai-analytics enable in a terminal. To turn analytics on without a question: dot-ai-analytics enable --yes',
  why: 'Only a person can opt in. `enable` asks on a terminal, and here stdin or stderr is a pipe, a file or closed, as in a script or in the shell of a coding agent.',
  remedy: '`dot-ai-analytics preview` shows first what would be sent.',
} as const satisfies ErrorDefinition;

export const enableHasNoEffect = {
  code: 'NOT_DONE',
  message: 'The saved opt-in has no effect here. Remove what keeps analytics off, then check: dot-ai-analytics status',
  why: '`enable` saved the opt-in, but the machine’s policy, an environment variable or a CI service keeps analytics off and takes precedence. The opt-in takes effect where none of them does.',
  remedy: '`dot-ai-analytics status` names the layer that decides.',
} as const satisfies ErrorDefinition;

export const disableHasNoEffect = {
  code: 'NOT_DONE',
  message:
    'The saved opt-out has no effect here, because <decider> keeps analytics on. Remove it there, then check: dot-ai-analytics status',
  why: '`disable` saved the opt-out, but `DOT_AI_ANALYTICS` turns analytics on in this environment and takes precedence.',
  remedy: 'Also remove the variable where servers are started.',
} as const satisfies ErrorDefinition;

export const invalidDay = {
  code: 'USAGE',
  message: '<day> is not a calendar day in the form YYYY-MM-DD, such as 2026-11-23.',
  why: '`sent` takes a UTC day.',
  remedy: 'List the days that have a copy: `dot-ai-analytics sent`.',
} as const satisfies ErrorDefinition;

export const invalidNumberOfDays = {
  code: 'USAGE',
  message: '--days takes a whole number from 1 to <most>.',
  why: '`history --days` has another value. Copies of reports are kept for {DAYS_KEPT} days.',
} as const satisfies ErrorDefinition;

export const unknownTool = {
  code: 'USAGE',
  message: 'No server declared a tool <tool> here, and none was counted. Known tools: <tools>.',
  why: '`history` takes the name of a tool that a server has declared on this machine. `-` is read as `_`.',
  remedy: 'Show all tools: `dot-ai-analytics history`.',
} as const satisfies ErrorDefinition;

export const noCopy = {
  code: 'NOT_DONE',
  message: 'There is no copy of a sent report to print. To list the copies that are kept: dot-ai-analytics sent',
  why: '`sent --raw` found no copy: nothing was sent of that day, or the day is more than {DAYS_KEPT} days ago.',
} as const satisfies ErrorDefinition;

export const nothingToPreview = {
  code: 'NOT_DONE',
  message: 'There is nothing to send.',
  why: '`preview --raw` prints the next request body, and there is none.',
  remedy: 'Use a server that counts, then look again.',
} as const satisfies ErrorDefinition;

export const copyNotIntact = {
  code: 'NOT_DONE',
  message:
    'The copy of <name> is <state>, so the bytes that were sent cannot be printed. Check: dot-ai-analytics sent --verify',
  why: '`sent --raw` prints only bytes whose sha256 is that of the receipt. This copy was changed or deleted after the report was sent, or it cannot be read.',
} as const satisfies ErrorDefinition;

export const analyticsOff = {
  code: 'OFF',
  message: 'Analytics is off: <decider>. Nothing was sent. What decides: dot-ai-analytics status --verbose',
  why: '`send` sends only with consent, and checks it again before each report.',
} as const satisfies ErrorDefinition;

export const noDestination = {
  code: 'NOT_DONE',
  message:
    'No destination is known. Set DOT_AI_ANALYTICS_HOST and DOT_AI_ANALYTICS_KEY, or "analyticsDestination" in config.json.',
  why: 'Neither the environment, nor config.json, nor a server that ran here names a destination. Reports are kept for {MAX_DAYS_WAITING} days.',
} as const satisfies ErrorDefinition;

export const invalidDestination = {
  code: 'NOT_DONE',
  message: 'The configured destination cannot be used. <problem>.',
  why: 'The host or the key is missing, the host is not a URL, or it is not https (http is allowed only for loopback). Or the machine’s policy allows only another one. No other destination takes its place.',
  remedy: 'Correct the setting that the message names.',
} as const satisfies ErrorDefinition;

export const notDelivered = {
  code: 'NOT_DONE',
  message: 'Not every report was delivered: <summary>.',
  why: 'The line of each report says what became of it, why, and what to do. A report is rejected if the destination answers 400 or 413, which means that it never accepts these bytes; `sent` has a copy. A report is dropped if it is older than {MAX_DAYS_WAITING} days, or if more than {MAX_REPORTS_WAITING} wait. All other reports are kept, for example if there is no connection, no answer within 3 s, an answer that does not confirm the delivery (422 of a collector with another vocabulary), or if another process is sending the report.',
  remedy:
    'If the key was refused (401, 403), correct it. In most other cases do nothing: running servers try again for {MAX_DAYS_WAITING} days, at growing intervals.',
} as const satisfies ErrorDefinition;

export const outputNotWritten = {
  code: 'NOT_DONE',
  message: 'The output could not be written: <cause>.',
  why: 'stdout goes to a full disk or to a broken device. A pipe that is closed early, for example by `head`, is not an error.',
  remedy: 'Write the output to another place.',
} as const satisfies ErrorDefinition;

export const unexpected = {
  code: 'NOT_DONE',
  message: '<problem>. For details, run the command again with NODE_DEBUG=dot-ai-analytics',
  why: 'The system refused something that no other error on this page covers, or this program has a defect.',
} as const satisfies ErrorDefinition;
