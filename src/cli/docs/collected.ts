import { type Field, isCount } from '../../schema/field.js';
import { EVENTS, kindOf, propertiesOf, SCHEMA } from '../../schema/fields.js';
import { describeValues } from '../../schema/json-schema.js';
import { MAX_COUNT, MAX_EXACT_COUNT } from '../../schema/limits.js';
import { PROVIDERS, type Vocabulary } from '../../schema/vocabulary.js';
import { wrapProse } from './wrap-prose.js';

/** docs/collected.md, rendered from the field table. */
export function collectedMarkdown(vocabulary: Vocabulary): string {
  const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');
  const events = EVENTS.map(({ event, answers, fields }) => {
    const rows = fields.map((field) => `| \`${field.name}\` | ${shortValues(field)} | \`${field.example}\` |`);
    const meanings = fields.map(({ name, what, not, why }) => `* \`${name}\`: ${what} ${not} **Why:** ${why}`);
    return [
      `## \`${event}\``,
      '',
      answers,
      '',
      '| property | value | example |',
      '|---|---|---|',
      ...rows,
      '',
      ...meanings,
    ].join('\n');
  });
  return wrapProse(
    `${[
      '# What is collected',
      '',
      `Rendered from \`src/schema/fields.ts\` by \`npm run docs\`. \`dot-ai-analytics schema\` shows the same. Schema ${SCHEMA}.`,
      '',
      'Analytics is off unless you opt in. There is one report for each UTC day. If the folder does not outlive the process, there is also one report for each server that stops. A report is a list of independent rows in random order. Nothing in a row links it to another row; their time of arrival [can](privacy.md#rows-that-arrive-together). No id of a person, machine, installation or session exists.',
      '',
      'Beside its properties, each row has a random id that no other row has, so that a repeated request is recognized; noon of its day; the name of the library that encoded it; and three fixed settings for PostHog, `$process_person_profile`, `$ip` and `$geoip_disable`. They are the same in every row and ask PostHog to make no person profile, not to store the address of the sender and not to look it up. Nothing else is recorded: no operating system, version, client, country, clock time, message, argument or result.',
      '',
      'The names of tools and features are those that the server declares in its code; the names of dot-ai are listed [below](#the-closed-vocabulary). This package chooses the category of a failure from error codes and known classes. If an error states one of the 14 categories itself, or the server has a `classify` function, the category comes from rules of the server, which may read a text ([example](dot-ai.md#what-is-not-counted)). The text itself is never recorded.',
      '',
      `A count is an integer from 1 to ${MAX_COUNT}. From ${MAX_EXACT_COUNT + 1}, it has two significant digits. A count of zero and a flag that is not true are absent.`,
      '',
      events.join('\n\n'),
      '',
      '## The closed vocabulary',
      '',
      `* Tools of dot-ai: ${list(vocabulary.tools)}; anything else is \`other\`.`,
      `* Features of dot-ai: ${list(vocabulary.features)}; anything else is \`other\`.`,
      `* Providers: ${list(PROVIDERS)}.`,
      `* Properties of \`tool_usage\` that are families: ${list([...propertiesOf(kindOf('tool_usage'))].flatMap(([name, { names }]) => (names.length > 1 ? [name] : [])))}.`,
    ].join('\n')}\n`,
  );
}

/** Without what the page says once of all counts and flags. */
function shortValues(field: Field): string {
  if (isCount(field)) return `integer 1 to ${MAX_COUNT}`;
  return field.values === 'flag' ? 'true' : describeValues(field);
}
