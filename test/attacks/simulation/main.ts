// npm run simulate -- --installs 50,300,1000 --days 10 --seed 1: how many rows of a day are unique, and what the same
// traffic looks like as one joint report an install and as one event a call. With --shown 50: how much of what few
// installs send a collector shows, in 50 simulated years of 91 days for each number of installs; --write puts the table
// into docs/collector.md.
import { parseArgs } from 'node:util';
import { uniqueness } from '../../../src/simulation/uniqueness.js';
import { printShown } from './shown.js';

const { values } = parseArgs({
  options: {
    installs: { type: 'string', default: '50,300,1000' },
    days: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    shown: { type: 'string' },
    write: { type: 'boolean' },
  },
});
if (values.shown !== undefined) {
  await printShown(Number(values.shown), Number(values.seed), values.write === true);
  process.exit();
}
const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);
process.stdout.write(`seed ${values.seed}, mean of ${values.days} workdays; the share that nobody else shares\n\n`);
for (const installs of values.installs.split(',').map(Number)) {
  const { active, rows, byEvent, uniqueRows, joint, events } = uniqueness({
    installs,
    days: Number(values.days),
    seed: Number(values.seed),
  });
  process.stdout.write(`${installs} installs, ${Math.round(active)} of them active on a day\n`);
  process.stdout.write(`  rows as they are sent, ${Math.round(rows)} a day          ${percent(uniqueRows)}\n`);
  for (const [event, share] of Object.entries(byEvent))
    process.stdout.write(`    ${event.padEnd(34)}${percent(share)}\n`);
  process.stdout.write(`  the same rows as one joint report     ${percent(joint)}\n`);
  process.stdout.write(`  one event a call, to the second       ${percent(events)}\n\n`);
}
