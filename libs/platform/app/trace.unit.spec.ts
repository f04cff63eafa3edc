import { currentTraceparent, withTrace } from './trace';

const INCOMING = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('trace context', () => {
  it('keeps the trace of the caller and gives it a span of our own', () => {
    const own = withTrace(INCOMING, currentTraceparent);
    expect(own).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
    expect(own).not.toBe(INCOMING);
  });

  it('is the same for all work under way, also behind an await', async () => {
    const seen = await withTrace(undefined, async () => {
      const before = currentTraceparent();
      await Promise.resolve();
      return [before, currentTraceparent()];
    });
    expect(seen[0]).toBe(seen[1]);
  });

  it.each([undefined, '', 'nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`])('begins anew for %p', (incoming) => {
    expect(withTrace(incoming, currentTraceparent)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});
