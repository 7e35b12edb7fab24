import type { Outcome } from '../core/record/cells.js';
import type { Call } from '../core/tracker/options.js';
import { UNKNOWN_FAILURE } from '../core/tracker/session.js';

/*
 * SDK v1: a tool can answer with a task, which ends later. The server then sends a notification of the status, or the
 * answer to a question about the task. The first of these ends the call.
 */

/** The tasks of one connection. */
export interface Tasks {
  /** The calls that are not over, by task id. */
  readonly open: Map<unknown, Call>;
  /** Tasks that ended before the answer that names them was sent. */
  readonly early: Map<unknown, Outcome>;
}

/** P8: a client can begin any number of tasks. */
const MAX_TASKS = 1_000;

export function createTasks(): Tasks {
  return { open: new Map(), early: new Map() };
}

/** A task, as the server describes it. */
export interface TaskState {
  readonly taskId?: unknown;
  readonly status?: unknown;
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  completed: 'success',
  failed: UNKNOWN_FAILURE,
  cancelled: 'cancelled',
};

/** Undefined while the task is under way. */
function outcomeOfTask({ status }: TaskState): Outcome | undefined {
  return typeof status === 'string' && Object.hasOwn(OUTCOMES, status) ? OUTCOMES[status] : undefined;
}

/** The call continues as this task. */
export function holdTask(tasks: Tasks, task: TaskState, call: Call): void {
  const outcome = tasks.early.get(task.taskId) ?? outcomeOfTask(task);
  tasks.early.delete(task.taskId);
  if (outcome === undefined) add(tasks.open, task.taskId, call)?.abandon();
  else call.end(outcome);
}

/** The server sent the state of the task. */
export function noteTask(tasks: Tasks, task: TaskState): void {
  const outcome = outcomeOfTask(task);
  if (outcome === undefined) return;
  if (tasks.open.has(task.taskId)) endTask(tasks, task.taskId, outcome);
  else add(tasks.early, task.taskId, outcome);
}

/** Counts the call that began the task; only the first time. */
export function endTask(tasks: Tasks, taskId: unknown, outcome: Outcome): void {
  tasks.open.get(taskId)?.end(outcome);
  tasks.open.delete(taskId);
}

/** Adds an entry. Returns the oldest value if it was removed to make room. */
function add<Value>(to: Map<unknown, Value>, key: unknown, value: Value): Value | undefined {
  to.set(key, value);
  if (to.size <= MAX_TASKS) return undefined;
  const [[oldest, dropped]] = to as unknown as [[unknown, Value]];
  to.delete(oldest);
  return dropped;
}
