import { EVENTS, kindOf, propertiesOf, SCHEMA } from '../../schema/fields.js';
import { describeValues } from '../../schema/json-schema.js';
import { PROVIDERS, type Vocabulary } from '../../schema/vocabulary.js';
import { wrapProse } from './wrap-prose.js';

/** docs/collected.md, rendered from the field table. */
export function collectedMarkdown(vocabulary: Vocabulary): string {
  const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');
  const events = EVENTS.map((kind) => {
    const rows = kind.fields.map(
      (field) =>
        `| \`${field.name}\` | ${describeValues(field)} | \`${field.example}\` | ${field.what} | ${field.not} | ${field.why} |`,
    );
    return [
      `## \`${kind.event}\``,
      '',
      kind.answers,
      '',
      '| property | value | example | what it is | what it is not | why it is needed |',
      '|---|---|---|---|---|---|',
      ...rows,
    ].join('\n');
  });
  return wrapProse(
    `${[
      '# What is collected',
      '',
      `Rendered from \`src/schema/fields.ts\` by \`npm run docs\`. \`dot-ai-analytics schema\` shows the same. Schema ${SCHEMA}.`,
      '',
      'Analytics is off unless you opt in. There is one report for each UTC day (or, if the folder vanishes with the process,',
      'one for each server that stops). A report is a shuffled bag of independent rows. Apart from the day and the words below,',
      'no row shares a value with another row, and no id of a person, machine, installation or session exists.',
      '',
      'Beside its properties, each row carries a random id, drawn once for this row alone, so that a repeated request is',
      'recognized (no two rows or days share one); noon of its day; and the name of the library that encoded it. Nothing',
      'else is recorded: no operating system, version, client, country, clock time, message, argument or result.',
      '',
      events.join('\n\n'),
      '',
      '## The closed vocabulary',
      '',
      `* Tools of dot-ai: ${list(vocabulary.tools)}; anything else is \`other\`.`,
      `* Features of dot-ai: ${list(vocabulary.features)}; anything else is \`other\`.`,
      `* Providers: ${list(PROVIDERS)}.`,
      `* Families spelled out: ${list([...propertiesOf(kindOf('tool_usage'))].flatMap(([name, { names }]) => (names.length > 1 ? [name] : [])))}.`,
    ].join('\n')}\n`,
  );
}
