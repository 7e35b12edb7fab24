export { instrument } from './instrument.js';
export type { HighLevelServer, InstrumentableServer, LowLevelServer } from './shapes.js';
