/** Third door of the library: Nest handlers over the bus. Kept apart so that who only stores events does not load Nest. */
export * from './adapters/nest/bus-context';
export * from './adapters/nest/bus-exception.filter';
export * from './adapters/nest/bus-server';
