/** What went wrong, for programs. docs and tests refer to these, never to the text. */
export type ErrorCode =
  | 'BAD_VOCABULARY'
  | 'NO_HOME'
  | 'CONFIG_NOT_WRITTEN'
  | 'DATA_NOT_DELETED'
  | 'NOT_DONE'
  | 'OFF'
  | 'USAGE'
  | 'COLLECTOR'
  | 'POSTHOG';

/** Everything that is known about one error. docs/errors.md is rendered from it. */
export interface ErrorDefinition {
  readonly code: ErrorCode;
  /** Names the cause and, if there is one, the next step. `<file>` stands for a value that is known when it is thrown. */
  readonly message: string;
  /** When it happens. `{DAYS_KEPT}` stands for a limit of schema/limits.ts; likewise in `remedy`. */
  readonly why: string;
  /** What to do, if the message does not say it. */
  readonly remedy?: string;
}
