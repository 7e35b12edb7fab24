import type { Clock } from '../../platform/clock.js';
import type { Category, Vocabulary } from '../../schema/vocabulary.js';
import type { Endpoint } from '../consent/destination.js';
import type { Outcome } from '../record/cells.js';
import type { HintWords } from './hint.js';
import type { Timing } from './scheduler.js';

/** A server's own part of the tracker. With its names, the set of strings that can leave is complete. */
export interface AnalyticsOptions<Tool extends string = string, Feature extends string = string> extends Vocabulary {
  /**
   * The server's tools, as clients call them: at most 64 names, `^[a-z][A-Za-z0-9_-]{0,39}$`. They are counted with `_`
   * for `-`, and any other name as `other`.
   */
  readonly tools: readonly Tool[];
  /** Features or stages worth knowing about, same bounds. A prompt of such a name counts as a use. */
  readonly features: readonly Feature[];
  /**
   * Recognizes a failure that comes as an ordinary result. Returns its category, or `true` for a failure without one;
   * for any other value `isError` decides. An exception is ignored. It is called for each result while on, and until
   * the hint is shown, so it must be quick.
   */
  readonly classify?: (result: unknown, tool: string) => Category | boolean | undefined;
  /** Where reports go unless the user configured another destination. Without any, calls are counted and never sent. */
  readonly posthog?: Endpoint;
  /**
   * `false`: never show the one-time hint. An object: the words for users who run other commands, as in a container.
   */
  readonly hint?: boolean | HintWords;
  /** Whether the folder vanishes with the process, so that `close()` sends what was counted. Default: detected. */
  readonly ephemeral?: boolean;
}

/** The surroundings of a tracker. Tests pass their own; a server never has to. */
export interface Environment {
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
  readonly timing?: Partial<Timing>;
  /** From 0 up to 1: decides whether the feedback link is shown. Nothing that leaves the machine depends on it. */
  readonly random?: () => number;
}

/** One MCP connection: an object, never an id. */
export interface Session<Tool extends string = string> {
  /**
   * Runs `work` and counts it as one call of `tool`: how long it took and how it ended. Returns or throws exactly what
   * `work` does, promises included. The call is on disk before a caller that awaits the promise can answer. A thenable
   * that is not a promise is counted when it is returned.
   */
  run<T>(tool: Tool | 'other', work: () => T): T;
  /** Begins a call whose end is seen elsewhere, as in the MCP adapter. `chained: false` if there is no connection. */
  begin(tool: Tool | 'other', options?: { readonly chained?: boolean }): Call;
}

/** A call under way. None of its methods throws. */
export interface Call {
  /** False while nothing is recorded. */
  readonly isCounted: boolean;
  /** The tool is done: time from here to `end` does not count. Returns how long the tool took, ms. */
  stop(): number;
  /** Counts the call; only the first time. */
  end(outcome: Outcome): void;
  /** The call is not counted, and its session forgets it. */
  abandon(): void;
}

/** The tracker. No method throws or rejects, prints, or delays its caller. */
export interface Analytics<Tool extends string = string, Feature extends string = string> {
  /** For one connection. Sessions that are never used cost nothing. */
  session(): Session<Tool>;
  /** `run` of a call that belongs to no connection, such as a REST request: no session and no step is counted. */
  run<T>(tool: Tool | 'other', work: () => T): T;
  /** A dynamic name as a member of the vocabulary; `other` if it is not declared. */
  tool(name: string): Tool | 'other';
  /** Counts one use of a declared feature. */
  feature(name: Feature): void;
  /** Counts one call of an AI provider. dot-ai's presets (`anthropic_opus`) count for their provider. */
  provider(name: string): void;
  /** The one-time note, if it was never shown in this home and the user has not decided; else undefined. */
  hint(): string | undefined;
  /**
   * A link to give feedback, now and then. Call it when a workflow has completed, and only then. It is set by
   * `DOT_AI_FEEDBACK_URL` (without it: always undefined), `DOT_AI_FEEDBACK_ENABLED` and `DOT_AI_FEEDBACK_PROBABILITY`.
   * It is not shown while the hint is due or was just shown. Nothing is recorded about it.
   */
  feedback(): string | undefined;
  /** `Analytics: disabled (opt-in with DOT_AI_ANALYTICS=true)` or `Analytics: enabled (anonymous usage data)`. */
  statusLine(): string;
  /**
   * Stops the timer and, if the folder is not kept, sends what was counted. Never rejects. May be called again: calls
   * that ended meanwhile are sent as one more report of the day. All calls of it together take at most 1 s.
   */
  close(): Promise<void>;
}
