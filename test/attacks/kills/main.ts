// npm run campaign -- --kills 1000 --seed 42 --servers 8
import { parseArgs } from 'node:util';
import { campaign } from './campaign.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string' },
    servers: { type: 'string', default: '8' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`seed ${seed}\n`);
const result = await campaign({ kills: Number(values.kills), seed, servers: Number(values.servers) });
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
process.exitCode = result.problems.length === 0 ? 0 : 1;
