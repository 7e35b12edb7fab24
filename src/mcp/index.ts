export { type InstrumentOptions, instrument } from './instrument.js';
export { withNotice } from './messages.js';
export type { HighLevelServer, InstrumentableServer, LowLevelServer } from './sdk-types.js';
