/** The same items in the same order, each made while the one before is still used: a chain of these keeps database, partner and CPU busy at the
 *  same time. At most one item is made ahead. What the source throws comes when its item is asked for.
 *  @param giveUp called when the reader is done, or stops early: what is being made then is waited for, and not used */
export async function* readAhead<Item>(
  source: AsyncIterable<Item>,
  giveUp: () => void = () => undefined,
): AsyncGenerator<Item> {
  const items = source[Symbol.asyncIterator]();
  const make = (): Promise<IteratorResult<Item, unknown>> => {
    const next = items.next();
    // Thrown where it is awaited; until then nobody misses it.
    next.catch(() => undefined);
    return next;
  };
  try {
    for (let next = make(); ;) {
      const made = await next;
      if (made.done === true) return;
      next = make();
      yield made.value;
    }
  } finally {
    giveUp();
    await items.return?.();
  }
}
