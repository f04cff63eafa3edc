import { endServices } from './end-services';

export default async function globalTeardown(): Promise<void> {
  if (process.env.LIENTHONG_TEST_SERVICES) await endServices(process.env.LIENTHONG_TEST_SERVICES);
}
