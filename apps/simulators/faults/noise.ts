import { rawReply, type Reply } from '../server/reply';

const HTML =
  '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>';
const SOAP =
  '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><soapenv:Fault>' +
  '<faultcode>soapenv:Server</faultcode><faultstring>Client received SOAP Fault from server</faultstring>' +
  '</soapenv:Fault></soapenv:Body></soapenv:Envelope>';

/**
 * What the integration platforms answer in place of JSON (Q30, lgsp.md §3).
 * @param value `html | soap | text`, or `{form, status}` to choose the HTTP status too
 */
export function noiseReply(value: unknown): Reply {
  const { form, status } =
    typeof value === 'object' && value !== null
      ? (value as { form: string; status: number })
      : { form: value, status: undefined };
  if (form === 'soap') return rawReply(status ?? 500, 'text/xml; charset=utf-8', SOAP);
  if (form === 'text') return rawReply(status ?? 500, 'text/plain; charset=utf-8', 'server error');
  return rawReply(status ?? 200, 'text/html; charset=utf-8', HTML);
}
