import { LATENCY_CELLS, LATENCY_FROM, MOST_STEPS, SATURATION } from './limits.js';
import { CATEGORIES, type Names } from './vocabulary.js';

/**
 * The number that consent is given to. It changes whenever a field below is added, removed or changes its meaning;
 * until a user accepts the new number, only the fields of the accepted one are recorded and sent.
 */
export const SCHEMA = 1;

/** Which closed set, or which range, a property's value comes from. */
type Values = Names | 'count' | 'true';

/** One property of a row, or a family of them (`failures_<category>`) that share a definition. */
export interface Field {
  /** The property's name as sent; for a family a pattern that `names` spells out. */
  readonly name: string;
  readonly names: readonly string[];
  readonly values: Values;
  /** The first schema that has it. */
  readonly since: number;
  readonly what: string;
  readonly not: string;
  readonly why: string;
}

export interface EventKind {
  readonly event: EventName;
  /** The first schema that has it. */
  readonly since: number;
  readonly answers: string;
  readonly fields: readonly Field[];
}

const EVENT_NAMES = [
  'tool_usage',
  'tool_latency',
  'session_usage',
  'workflow_step',
  'feature_usage',
  'provider_usage',
  'active_install',
] as const;
export type EventName = (typeof EVENT_NAMES)[number];

export function isEventName(name: unknown): name is EventName {
  return EVENT_NAMES.includes(name as EventName);
}

/** @param more `names` of a family; `since`, the number of the schema that brought it, for all that came after the first */
function field(
  name: string,
  values: Values,
  what: string,
  not: string,
  why: string,
  { names = [name], since = 1 }: { readonly names?: readonly string[]; readonly since?: number } = {},
): Field {
  return { name, names, values, since, what, not, why };
}

const latency = (what: string) =>
  field(
    'latency_le_<bound>',
    'count',
    what,
    'Not the duration of any call, no sum, no minimum, no maximum. Each call is in exactly one cell, named by its upper bound in milliseconds.',
    'Shows which tools are slow, and whether a change made them faster.',
    { names: [...LATENCY_CELLS] },
  );

const firsts = (of: string, why: string) => [
  field(
    'first_this_week',
    'true',
    `This is the first report of this ISO week (Monday to Sunday, UTC) in which this installation ${of}.`,
    'Not an identifier, and not derived from one: it is looked up in the reports already closed on this machine.',
    why,
  ),
  field(
    'first_this_month',
    'true',
    `This is the first report of this calendar month (UTC) in which this installation ${of}.`,
    'Not an identifier and not an install date: it is looked up in the reports already closed on this machine.',
    why,
  ),
];

/**
 * Everything that is ever recorded. This table is the source of the validation, of `dot-ai-analytics schema`, of
 * docs/collected.md and of the man page.
 */
export const EVENTS: readonly EventKind[] = [
  {
    event: 'tool_usage',
    since: 1,
    answers: 'Which tools are used, how reliable are they, how fast?',
    fields: [
      field(
        'tool',
        'tool',
        'The name of one of the tools that the server declared when it was built, or "other".',
        'Not a name that a client made up: anything undeclared is counted as "other". Never arguments, prompts or results.',
        'Shows which tools deserve work and which nobody needs.',
      ),
      field(
        'invocations',
        'count',
        'How often the tool was called on this day.',
        `Not when: a day is the finest time. From 100 up only two significant digits, at most ${SATURATION}.`,
        'The denominator for everything else.',
      ),
      field(
        'successes',
        'count',
        'How many of these calls returned a result.',
        'Nothing about the result.',
        'Shows whether a tool works.',
      ),
      field(
        'failures',
        'count',
        'How many of these calls failed.',
        'No message, no stack, no name of an error.',
        'Shows where users are stuck.',
      ),
      field(
        'failures_<category>',
        'count',
        'How many of the failures were of this category.',
        'Not the error: a category is chosen from error codes and known classes, never from a text.',
        "Tells a cluster's refusal from a bug of the server's.",
        { names: CATEGORIES.map((category) => `failures_${category}`) },
      ),
      latency(
        `How many of the calls took at most this long and longer than the next smaller bound; only from ${LATENCY_FROM} calls a day.`,
      ),
      ...firsts(
        'called this tool',
        'Counts the installations that use a tool in a week or month, without telling them apart.',
      ),
    ],
  },
  {
    event: 'tool_latency',
    since: 1,
    answers: 'How slow are the rarely called tools, taken together?',
    fields: [
      latency(
        `Durations of the calls of all tools that were called fewer than ${LATENCY_FROM} times on this day, pooled; only if together they are at least ${LATENCY_FROM}.`,
      ),
    ],
  },
  {
    event: 'session_usage',
    since: 1,
    answers: 'How many different tools does a session use?',
    fields: [
      ['sessions_1_tool', 'one tool'],
      ['sessions_2_tools', 'two different tools'],
      ['sessions_3_tools', 'three different tools'],
      ['sessions_4_to_5_tools', 'four or five different tools'],
      ['sessions_6_or_more_tools', 'six or more different tools'],
    ].map(([name, tools]) =>
      field(
        name as string,
        'count',
        `How many MCP connections of this day used ${tools}.`,
        'Not which, not how long, and no session id: none exists.',
        'Shows whether tools are used together.',
      ),
    ),
  },
  {
    event: 'workflow_step',
    since: 1,
    answers: 'How are tools chained?',
    fields: [
      field(
        'from',
        'tool_or_start',
        'The tool called just before in the same connection, or "start".',
        'Pairs only: no longer sequence can be put together from them.',
        'Shows which tool leads to which.',
      ),
      field('to', 'tool', 'The tool called next.', 'As for "from".', 'Shows which tool leads to which.'),
      field(
        'count',
        'count',
        `How often this pair occurred on this day. At most the ${MOST_STEPS} most frequent pairs are kept, the rest is one row from "other" to "other".`,
        'Not when, and not in which connection.',
        'Tells a habit from an accident.',
      ),
    ],
  },
  {
    event: 'feature_usage',
    since: 1,
    answers: 'Is a feature adopted?',
    fields: [
      field(
        'feature',
        'feature',
        'The name of a feature or stage that the server declared when it was built, or "other".',
        'Not how it was used.',
        'Shows whether new work is found.',
      ),
      field(
        'uses',
        'count',
        'How often it was used on this day.',
        'Not when, and not by whom.',
        'Tells a try from a habit.',
      ),
      ...firsts('used this feature', 'Counts the installations that adopted a feature, without telling them apart.'),
    ],
  },
  {
    event: 'provider_usage',
    since: 1,
    answers: 'Which AI providers are in use?',
    fields: [
      field(
        'provider',
        'provider',
        'The AI provider, one of a fixed list, or "other".',
        'Not the model, the account, the key, the endpoint or the region.',
        'Shows which integrations to keep working.',
      ),
      field(
        'invocations',
        'count',
        'How often it was called on this day.',
        'No tokens, no costs, no prompts.',
        'Tells a default from a choice.',
      ),
    ],
  },
  {
    event: 'active_install',
    since: 1,
    answers: 'How many installations are active, and is that growing?',
    fields: firsts(
      'reported at all',
      'Weekly and monthly active installations: the number of rows, with no identifier.',
    ),
  },
];

/** The kinds of rows that a yes to `schema` covers. */
export function kindsOf(schema: number): EventKind[] {
  return EVENTS.filter(({ since }) => since <= schema);
}

/** Every property name of an event with its field, families spelled out. */
export function propertiesOf(kind: EventKind, schema: number = SCHEMA): Map<string, Field> {
  const accepted = kind.fields.filter((one) => one.since <= schema);
  return new Map(accepted.flatMap((one) => one.names.map((name) => [name, one] as const)));
}

export function kindOf(event: EventName): EventKind {
  return EVENTS.find((kind) => kind.event === event) as EventKind; // the table has one for each name
}
