/** Alone, because most commands need the number and not the table, which the build leaves out here. */
export { SCHEMA } from './fields.js';
