import 'reflect-metadata';
import { Controller, Injectable, ParseIntPipe, UseFilters, type INestMicroservice, type Type } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { AppError, silentLog, type Disposition, type Log } from '#platform';
import { testDatabase, until, type TestDatabase } from '#testing';
import { appendToOutbox } from '../../app/append-to-outbox';
import { sequenceBatch } from '../../app/sequence-batch';
import type { DomainEventRecord } from '../../domain/event-record';
import type { Bus, BusRecord } from '../../ports';
import { dossierIds, sampleEvent } from '../../sample-event.contract';
import { createBus } from '../create-bus';
import { BusContext } from './bus-context';
import { BusExceptionFilter } from './bus-exception.filter';
import { BusServer, busTransport } from './bus-server';

jest.setTimeout(30_000);

const RECEIVED = 'vn.lienthong.dossier.received.v1';
const ACCEPTED = 'vn.lienthong.dossier.accepted.v1';

let database: TestDatabase;
let bus: Bus;
let app: INestMicroservice | undefined;
let handled: { by: string; seq: number | null; group?: string }[];
beforeEach(async () => {
  database = await testDatabase();
  bus = createBus({ kind: 'postgres', db: database.db, log: silentLog, clientId: 'nest' });
  handled = [];
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await bus.close();
  await database.drop();
});

async function serve(controllers: Type[], group = 'g', log: Log = silentLog): Promise<void> {
  const module = await Test.createTestingModule({ controllers }).compile();
  app = module.createNestMicroservice({ strategy: new BusServer({ bus, group, log }), logger: false });
  await app.listen();
}

async function emit(...events: DomainEventRecord[]): Promise<void> {
  await database.db.run((tx) => appendToOutbox(tx, events));
  await sequenceBatch(database.db, 1_000);
}

async function rejectedReasons(): Promise<string[]> {
  return (await database.db.query<{ reason: string }>('select reason from bus_rejected order by record_offset')).map(
    (row) => row.reason,
  );
}

/** What a handler does with its first calls. */
let failures: Error[] = [];
function failOnce(): void {
  const failure = failures.shift();
  if (failure) throw failure;
}

@Controller()
@UseFilters(BusExceptionFilter)
class Careful {
  // The type argument: without it Nest 12 allows only `unknown` behind the first parameter.
  @EventPattern<string>(RECEIVED)
  onReceived(@Payload() event: BusRecord, @Ctx() context: BusContext): void {
    handled.push({ by: 'received', seq: event.seq, group: context.group });
    failOnce();
  }

  @EventPattern('*')
  async onAny(@Payload() event: BusRecord): Promise<void> {
    handled.push({ by: 'any', seq: event.seq });
  }
}

@Controller()
class WithoutFilter {
  @EventPattern(RECEIVED)
  onReceived(@Payload() event: BusRecord): void {
    handled.push({ by: 'bare', seq: event.seq });
    failOnce();
  }
}

@Controller()
@UseFilters(BusExceptionFilter)
class Validating {
  @EventPattern(RECEIVED)
  onReceived(@Payload('unit', ParseIntPipe) unit: number): void {
    handled.push({ by: 'validating', seq: unit });
  }
}

@Controller()
class SecondOnReceived {
  @EventPattern(RECEIVED)
  onReceived(@Payload() _event: BusRecord): void {}
}

@Controller()
class Asking {
  @MessagePattern('question')
  answer(@Payload() _question: unknown): string {
    return 'no';
  }
}

@Controller()
class OfAnotherGroup {
  @EventPattern(RECEIVED, busTransport('another'))
  onReceived(@Payload() _event: BusRecord): void {
    handled.push({ by: 'another', seq: 0 });
  }
}

const failure = (code: string, disposition: Disposition): AppError => new AppError({ code, disposition });

describe('BusServer', () => {
  it('dispatches by type, the rest to *, in order and with the group as context', async () => {
    const [id] = dossierIds(1) as [string];
    await serve([Careful]);
    await emit(sampleEvent(id, 1), { ...sampleEvent(id, 2), type: ACCEPTED }, sampleEvent(id, 3));
    await until(() => handled.length === 3, 5_000);
    expect(handled).toEqual([
      { by: 'received', seq: 1, group: 'g' },
      { by: 'any', seq: 2 },
      { by: 'received', seq: 3, group: 'g' },
    ]);
    await until(async () => (await bus.lag('g')) === 0, 5_000, 'committed');
  });

  describe('trap 1: errors are flattened without a filter of our own', () => {
    it.each<Disposition>(['refuse', 'person', 'bug'])(
      'keeps code and disposition: %s rejects the record and goes on',
      async (disposition) => {
        const [id] = dossierIds(1) as [string];
        failures = [failure('unit-unknown', disposition)];
        await serve([Careful]);
        await emit(sampleEvent(id, 1), sampleEvent(id, 2));
        await until(() => handled.length === 2, 5_000);
        await until(async () => (await bus.lag('g')) === 0, 5_000, 'committed');
        expect(await rejectedReasons()).toEqual(['unit-unknown']);
        expect(handled.map(({ seq }) => seq)).toEqual([1, 2]);
      },
    );

    it.each([
      ['retry', failure('database-away', 'retry')],
      ['an unexpected error', new TypeError('oh')],
    ])('brings the batch again after %s, and rejects nothing', async (_, error) => {
      const [id] = dossierIds(1) as [string];
      failures = [error];
      await serve([Careful]);
      await emit(sampleEvent(id, 1), sampleEvent(id, 2));
      await until(() => handled.length === 3, 5_000);
      expect(handled.map(({ seq }) => seq)).toEqual([1, 1, 2]);
      expect(await rejectedReasons()).toEqual([]);
    });

    it('says which handler has no filter, and loses nothing', async () => {
      const [id] = dossierIds(1) as [string];
      const said: string[] = [];
      const note = (event: string): void => void said.push(event);
      failures = [failure('unit-unknown', 'refuse')];
      await serve([WithoutFilter], 'g', { ...silentLog, error: note });
      await emit(sampleEvent(id, 1));
      await until(() => handled.length === 2, 5_000);
      expect(said).toEqual(['bus.filter-missing']);
      expect(await rejectedReasons()).toEqual([]);
    });
  });

  it('rejects what a pipe refuses instead of asking for it for ever', async () => {
    const [id] = dossierIds(1) as [string];
    await serve([Validating]);
    await emit({ ...sampleEvent(id, 1), unit: 'none' }, sampleEvent(id, 2));
    await until(() => handled.length === 1, 5_000);
    expect(await rejectedReasons()).toEqual(['validation-failed']);
  });

  it('trap 2: refuses two handlers of one pattern at boot', async () => {
    await expect(serve([Careful, SecondOnReceived])).rejects.toThrow(
      /bus group g: two handlers for vn\.lienthong\.dossier\.received\.v1/,
    );
  });

  it('refuses request-reply at boot', async () => {
    await expect(serve([Asking])).rejects.toThrow(/question is a @MessagePattern/);
  });

  it('does not give a handler of one group to the server of another', async () => {
    const [id] = dossierIds(1) as [string];
    await serve([Careful, OfAnotherGroup]);
    await emit(sampleEvent(id, 1));
    await until(() => handled.length === 1, 5_000);
    expect(handled[0]?.by).toBe('received');
  });

  it('trap 3: a handler without a parameter does not compile', () => {
    @Injectable()
    class Parameterless {
      // @ts-expect-error Nest 12: an event handler takes at least one parameter
      @EventPattern(RECEIVED)
      onReceived(): void {}
    }
    // Nest would call it all the same: only the compiler tells.
    expect(Object.getOwnPropertyDescriptor(Parameterless.prototype, 'onReceived')?.value).toHaveLength(0);
  });

  it('finishes the running record and commits it when the application closes', async () => {
    const [id] = dossierIds(1) as [string];
    await serve([Careful]);
    await emit(sampleEvent(id, 1));
    await until(() => handled.length === 1, 5_000);
    await app?.close();
    app = undefined;
    await emit(sampleEvent(id, 2));
    await serve([Careful]);
    await until(() => handled.length === 2, 5_000);
    expect(handled.map(({ seq }) => seq)).toEqual([1, 2]);
  });
});
