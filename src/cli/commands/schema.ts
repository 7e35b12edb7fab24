import { lookAt } from '../../core/inspect/local-state.js';
import type { Field } from '../../schema/field.js';
import { EVENTS, SCHEMA } from '../../schema/fields.js';
import { describeValues, toJsonSchema } from '../../schema/json-schema.js';
import type { Run } from '../command.js';
import { EXIT } from '../exit-code.js';
import { columns } from '../layout.js';
import type { Output } from '../output.js';

export const run: Run<'schema'> = async ({ options }, output) => {
  const { vocabulary } = lookAt();
  if (options.json) {
    output.json({ version: 1, ...toJsonSchema(vocabulary) });
    return EXIT.done;
  }
  const { paint, width, data } = output;
  data(`Schema ${SCHEMA}: everything that is ever recorded. One report a day, a shuffled bag of these rows.`);
  for (const { event, answers, fields } of EVENTS) {
    data(`\n${paint.bold(event)}`);
    data(answers);
    for (const field of fields) showField(field, output);
  }
  const { tools, features } = vocabulary;
  data(`\n${paint.bold('Vocabulary')}`);
  data(
    columns(
      [
        ['tools', tools.join(', ')],
        ['features', features.join(', ')],
      ],
      width,
    ),
  );
  return EXIT.done;
};

function showField(field: Field, { paint, width, data }: Output): void {
  const { name, what, not, why } = field;
  data(`\n  ${paint.bold(name)}`);
  data(
    columns(
      [
        ['value', describeValues(field)],
        ['is', what],
        ['is not', not],
        ['why', why],
      ],
      width,
      4,
    ),
  );
}
