import { type EventKind, type EventName, type Field, field } from './field.js';
import { LATENCY_CELLS } from './latency.js';
import { MAX_COUNT, MAX_STEPS, MIN_CALLS_FOR_LATENCY } from './limits.js';
import { CATEGORIES } from './vocabulary.js';

/*
 * The table of all fields that are ever recorded. A number has one name, from the cell on disk to the column of the
 * dashboard. Cells, totals, rows, validation, `preview`, `schema`, docs/collected.md, the collector's columns and
 * small parts, and PostHog's sums are computed from this table. To add a field, add a line here and the line of code
 * that sees it happen (src/core/record/cells.ts).
 */

const latency = (what: string, partOf: string) =>
  field({
    name: 'latency_le_<bound>',
    names: LATENCY_CELLS,
    values: 'count',
    label: 'up to <bound> ms',
    example: 9,
    what,
    not: 'Not the duration of any call, no sum, no minimum, no maximum. Each call is in exactly one cell, named by its upper bound in milliseconds.',
    why: 'Shows which tools are slow, and whether a change made them faster.',
    partOf,
    shownFrom: MIN_CALLS_FOR_LATENCY,
  });

const firsts = (of: string, why: string) => [
  field({
    name: 'first_this_week',
    values: 'flag',
    label: 'first this week',
    example: true,
    what: `This is the first report of this ISO week (Monday to Sunday, UTC) in which this installation ${of}.`,
    not: 'Not an identifier, and not derived from one: it is looked up in the reports already closed on this machine.',
    why,
    partOf: 'rows',
  }),
  field({
    name: 'first_this_month',
    values: 'flag',
    label: 'first this month',
    example: true,
    what: `This is the first report of this month (whole weeks: those whose Thursday lies in the month, UTC) in which this installation ${of}.`,
    not: 'Not an identifier and not an install date: it is looked up in the reports already closed on this machine.',
    why,
    partOf: 'rows',
  }),
];

const sessions = (name: string, label: string, tools: string, example: number) =>
  field({
    name,
    values: 'count',
    label,
    example,
    what: `How many MCP connections of this day used ${tools}.`,
    not: 'Not which, not how long, and no session id: none exists.',
    why: 'Shows whether tools are used together.',
    partOf: 'sessions',
  });

const FAILURES = CATEGORIES.map((category) => `failures_${category}`);

export const EVENTS: readonly EventKind[] = [
  {
    event: 'tool_usage',
    since: 1,
    heading: 'Tools',
    answers: 'Which tools are used, how reliable are they, how fast?',
    subject: 'tool',
    size: 'invocations',
    fields: [
      field({
        name: 'tool',
        values: 'tool',
        label: 'tool',
        example: 'recommend',
        what: 'The name of one of the tools that the server declared when it was built, or "other".',
        not: 'Not a name that a client made up: anything undeclared is counted as "other". Never arguments, prompts or results.',
        why: 'Shows which tools deserve work and which nobody needs.',
      }),
      field({
        name: 'invocations',
        values: 'count',
        label: 'call(s)',
        example: 13,
        what: 'How often the tool was called on this day.',
        not: `Not when: a day is the finest time. From 100 up only two significant digits, at most ${MAX_COUNT}.`,
        why: 'The denominator for everything else.',
        from: ['successes', 'failures'],
      }),
      field({
        name: 'successes',
        values: 'count',
        label: 'ok',
        example: 12,
        what: 'How many of these calls returned a result.',
        not: 'Nothing about the result.',
        why: 'Shows whether a tool works.',
        partOf: 'invocations',
      }),
      field({
        name: 'failures',
        values: 'count',
        label: 'failed',
        example: 1,
        what: 'How many of these calls failed.',
        not: 'No message, no stack, no name of an error.',
        why: 'Shows where users are stuck.',
        from: FAILURES,
        partOf: 'invocations',
      }),
      field({
        name: 'failures_<category>',
        names: FAILURES,
        values: 'count',
        label: '<category>',
        example: 1,
        what: 'How many of the failures were of this category.',
        not: 'Not the error: a category is chosen from error codes and known classes, never from a text.',
        why: "Tells a cluster's refusal from a bug of the server's.",
        partOf: 'failures',
      }),
      latency(
        `How many of the calls took at most this long and longer than the next smaller bound; only from ${MIN_CALLS_FOR_LATENCY} calls a day.`,
        'invocations',
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
    heading: 'Rarer tools',
    answers: 'How slow are the rarely called tools, taken together?',
    fields: [
      latency(
        `Durations of the calls of all tools that were called fewer than ${MIN_CALLS_FOR_LATENCY} times on this day, pooled; only if together they are at least ${MIN_CALLS_FOR_LATENCY}.`,
        'calls of rarely called tools',
      ),
    ],
  },
  {
    event: 'session_usage',
    since: 1,
    heading: 'Sessions',
    answers: 'How many different tools does a session use?',
    fields: [
      sessions('sessions_1_tool', 'with 1 tool', 'one tool', 4),
      sessions('sessions_2_tools', 'with 2 tools', 'two different tools', 2),
      sessions('sessions_3_tools', 'with 3 tools', 'three different tools', 1),
      sessions('sessions_4_to_5_tools', 'with 4 to 5 tools', 'four or five different tools', 1),
      sessions('sessions_6_or_more_tools', 'with 6 or more tools', 'six or more different tools', 1),
    ],
  },
  {
    event: 'workflow_step',
    since: 1,
    heading: 'Steps',
    answers: 'How are tools chained?',
    size: 'count',
    fields: [
      field({
        name: 'from',
        values: 'tool_or_start',
        label: 'from',
        example: 'start',
        what: 'The tool called just before in the same connection, or "start".',
        not: 'Pairs only: no longer sequence can be put together from them.',
        why: 'Shows which tool leads to which.',
      }),
      field({
        name: 'to',
        values: 'tool',
        label: 'to',
        example: 'recommend',
        what: 'The tool called next.',
        not: 'As for "from".',
        why: 'Shows which tool leads to which.',
      }),
      field({
        name: 'count',
        values: 'count',
        label: 'time(s)',
        example: 3,
        what: `How often this pair occurred on this day. At most the ${MAX_STEPS} most frequent pairs are kept, the rest is one row from "other" to "other".`,
        not: 'Not when, and not in which connection.',
        why: 'Tells a habit from an accident.',
      }),
    ],
  },
  {
    event: 'feature_usage',
    since: 1,
    heading: 'Features',
    answers: 'Is a feature adopted?',
    subject: 'feature',
    size: 'uses',
    fields: [
      field({
        name: 'feature',
        values: 'feature',
        label: 'feature',
        example: 'chooseSolution',
        what: 'The name of a feature or stage that the server declared when it was built, or "other".',
        not: 'Not how it was used.',
        why: 'Shows whether new work is found.',
      }),
      field({
        name: 'uses',
        values: 'count',
        label: 'use(s)',
        example: 3,
        what: 'How often it was used on this day.',
        not: 'Not when, and not by whom.',
        why: 'Tells a try from a habit.',
      }),
      ...firsts('used this feature', 'Counts the installations that adopted a feature, without telling them apart.'),
    ],
  },
  {
    event: 'provider_usage',
    since: 1,
    heading: 'Providers',
    answers: 'Which AI providers are in use?',
    subject: 'provider',
    size: 'invocations',
    fields: [
      field({
        name: 'provider',
        values: 'provider',
        label: 'provider',
        example: 'anthropic',
        what: 'The AI provider, one of a fixed list, or "other".',
        not: 'Not the model, the account, the key, the endpoint or the region.',
        why: 'Shows which integrations to keep working.',
      }),
      field({
        name: 'invocations',
        values: 'count',
        label: 'call(s)',
        example: 14,
        what: 'How often it was called on this day.',
        not: 'No tokens, no costs, no prompts.',
        why: 'Tells a default from a choice.',
      }),
      ...firsts(
        'called this provider',
        'Counts the installations that use a provider in a week or month, without telling them apart.',
      ),
    ],
  },
  {
    event: 'active_install',
    since: 1,
    heading: 'Active',
    answers: 'How many installations are active, and is that growing?',
    fields: firsts(
      'reported at all',
      'Weekly and monthly active installations: the number of rows, with no identifier.',
    ),
  },
];

/**
 * The number of the newest schema, to which a user consents. Until then, only the fields of the schema that was
 * accepted are recorded and sent.
 */
export const SCHEMA = Math.max(...EVENTS.flatMap(({ since, fields }) => [since, ...fields.map((one) => one.since)]));

/** The events that exist in this schema. */
export function kindsOf(schema: number): EventKind[] {
  return EVENTS.filter(({ since }) => since <= schema);
}

export function kindOf(event: EventName): EventKind {
  return EVENTS.find((kind) => kind.event === event) as EventKind; // the table has one for each name
}

/** Every property name of an event, members of families included, with its field. */
export function propertiesOf(kind: EventKind, schema: number = SCHEMA): Map<string, Field> {
  const accepted = kind.fields.filter((one) => one.since <= schema);
  return new Map(accepted.flatMap((one) => one.names.map((name) => [name, one] as const)));
}
