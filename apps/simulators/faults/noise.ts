import { rawReply, type Reply } from '../server/reply';

const FORMS = ['html', 'soap', 'text'] as const;
type NoiseForm = (typeof FORMS)[number];

/** What stands in place of JSON, and under which HTTP status. */
interface Noise {
  readonly form: NoiseForm;
  readonly status: number;
}

const USUAL_STATUS: Readonly<Record<NoiseForm, number>> = { html: 200, soap: 500, text: 500 };

/** Reads `html | soap | text`, the same with a status as `html:500`, or `{form,status}`; null where it is none of them. */
export function readNoise(value: unknown): Noise | null {
  const given =
    typeof value === 'object' && value !== null
      ? (value as { form?: unknown; status?: unknown })
      : split(String(value));
  const form = FORMS.find((known) => known === given.form);
  if (form === undefined) return null;
  const status = given.status ?? USUAL_STATUS[form];
  return Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599
    ? { form, status: Number(status) }
    : null;
}

function split(text: string): { form?: unknown; status?: unknown } {
  const [form, status, ...rest] = text.split(':');
  return rest.length > 0 ? {} : { form, ...(status === undefined ? {} : { status: Number(status) }) };
}

/** What the integration platforms answer in place of JSON (Q30, lgsp.md §3). */
export function noiseReply({ form, status }: Noise): Reply {
  if (form === 'soap') return rawReply(status, 'text/xml; charset=utf-8', SOAP);
  if (form === 'text') return rawReply(status, 'text/plain; charset=utf-8', 'server error');
  return rawReply(status, 'text/html; charset=utf-8', HTML);
}

const HTML =
  '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>';
const SOAP =
  '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><soapenv:Fault>' +
  '<faultcode>soapenv:Server</faultcode><faultstring>Client received SOAP Fault from server</faultstring>' +
  '</soapenv:Fault></soapenv:Body></soapenv:Envelope>';
