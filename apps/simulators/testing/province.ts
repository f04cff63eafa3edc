import type { Simulators } from '../start-simulators';
import type { SystemId } from '../server/systems';
import { fieldsOf, type Fields } from '../server/fields';
import { ask, type Answer } from './http-ask';

const LIST = '/dvclt/api/lienthongdvclt/hosolienthong';

/** A client written by hand from CONTRACTS §1.1, without any code of the product: what the specs call the simulators with. */
export class Province {
  private readonly tokens = new Map<SystemId, string>();

  constructor(private readonly simulators: Simulators) {}

  /** Logs in at all four systems, again if it had been. */
  async logIn(): Promise<void> {
    const { dvclt, hotich, dvcqg, onestop } = this.simulators.credentials;
    const names = ({ username, password }: { username: string; password: string }) => ({
      userName: username,
      password,
    });
    const first = await this.ask('POST', '/dvclt/api/token/gettoken', { body: names(dvclt) });
    const second = await this.ask('POST', '/onestop/api/token/gettoken', { body: names(onestop) });
    const headers = {
      authorization: `Basic ${Buffer.from(`${hotich.username}:${hotich.password}`).toString('base64')}`,
    };
    const third = await this.ask('POST', '/hotich/token', { headers, text: 'grant_type=client_credentials' });
    const fourth = await this.ask('POST', '/dvcqg/mapi/login', {
      headers: { dstcode: 'VN:GOV:G22:vpcpdvcprovider' },
      body: dvcqg,
    });
    this.tokens.set('dvclt', String(fieldsOf(first.json)['token']));
    this.tokens.set('onestop', String(fieldsOf(second.json)['token']));
    this.tokens.set('hotich', String(fieldsOf(third.json)['access_token']));
    this.tokens.set('dvcqg', String(fieldsOf(fourth.json)['session']));
  }

  ask(method: string, path: string, question: Parameters<typeof ask>[2] = {}): Promise<Answer> {
    return ask(method, `${this.simulators.url}${path}`, question);
  }

  async list(): Promise<Fields[]> {
    const answer = await this.ask('GET', LIST, { headers: this.bearer('dvclt'), body: {} });
    return (fieldsOf(answer.json)['data'] as unknown[]).map(fieldsOf);
  }

  detail(id: unknown): Promise<Answer> {
    return this.ask('GET', `${LIST}/${String(id)}`, { headers: this.bearer('dvclt') });
  }

  acknowledge(maHoSo: string): Promise<Answer> {
    return this.ask('PUT', `${LIST}/danhan`, { headers: this.bearer('dvclt'), body: { maHoSo, daNhan: true } });
  }

  status(body: Fields): Promise<Answer> {
    return this.ask('POST', '/dvclt/api/lienthongdvclt/capnhattrangthaihosohotich', {
      headers: this.bearer('dvclt'),
      body,
    });
  }

  receive(body: Fields): Promise<Answer> {
    return this.ask('POST', '/onestop/api/motcua/tiepNhanHoSo', { headers: this.bearer('onestop'), body });
  }

  /** A call of the one-stop's contract by its name. */
  onestop(method: string, call: string, body?: Fields): Promise<Answer> {
    return this.ask(method, `/onestop/api/motcua/${call}`, { headers: this.bearer('onestop'), body });
  }

  hotich(operation: string, body: Fields): Promise<Answer> {
    const { username, password } = this.simulators.credentials.hotich;
    const second = {
      AccessKey: username,
      SecretKey: password,
      AppName: 'mau',
      PartnerCode: 'H99',
      PartnerCodeCus: 'H99',
    };
    const lgspaccesstoken = Buffer.from(JSON.stringify(second)).toString('base64');
    const headers = { ...this.bearer('hotich'), lgspaccesstoken };
    return this.ask('POST', `/hotich/apiLienThongKSKT/1.0/${operation}`, { headers, body });
  }

  portal(service: string, rest: Fields): Promise<Answer> {
    const body = { session: this.tokens.get('dvcqg'), madonvi: '000.00.00.H99', service, ...rest };
    return this.ask('POST', '/dvcqg/mapi/tichhop', { body });
  }

  fault(...rules: readonly Fields[]): Promise<Answer> {
    return this.ask('POST', '/_sim/faults', { body: rules });
  }

  /** The Bearer header alone. */
  headersOf(system: SystemId): Record<string, string> {
    return this.bearer(system);
  }

  private bearer(system: SystemId): Record<string, string> {
    return { authorization: `Bearer ${this.tokens.get(system) ?? ''}` };
  }
}
