export { type InstrumentOptions, instrument } from './instrument.js';
export { withNotice } from './notice.js';
export type { HighLevelServer, InstrumentableServer, LowLevelServer } from './shapes.js';
