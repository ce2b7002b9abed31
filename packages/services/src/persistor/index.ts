// What others may use of the persistor.
export { Persistor, type PersistorOptions } from './persistor.ts';
export {
  type PersistorServer,
  type PersistorServerOptions,
  type StoreProgress,
  startPersistor,
} from './server.ts';
