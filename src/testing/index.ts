export { type FixedClock, fixedClock, type TemporaryHome, temporaryHome } from './home-and-clock.js';
export { type MemoryDestination, memoryDestination, type ReceivedRequest, type Respond } from './memory-destination.js';
