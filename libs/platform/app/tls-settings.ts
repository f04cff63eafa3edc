import { oneOf, optionalText, SettingsError, whole, type ValuesOf } from './setting';

/** TLS of the gateway's own port, as it is read. */
export const TLS = {
  tlsCertificatePath: optionalText('TLS_CERTIFICATE_PATH', {
    about: 'PEM file with the gateway’s certificate and what leads to its authority. With it the gateway serves HTTPS.',
  }),
  tlsKeyPath: optionalText('TLS_KEY_PATH', {
    about: 'PEM file with the private key of that certificate, not encrypted.',
  }),
  tlsClientCaPath: optionalText('TLS_CLIENT_CA_PATH', {
    about: 'PEM file with the authorities whose client certificates are believed. With it clients are asked for one.',
  }),
  tlsClientCertificates: oneOf('TLS_CLIENT_CERTIFICATES', ['optional', 'required'], {
    about: 'Whether a connection without a client certificate is served.',
    fallback: 'optional',
  }),
  tlsLookSeconds: whole('TLS_LOOK_SECONDS', 1, 86_400, {
    about: 'How often the files of certificates and keys are looked at for a change, seconds.',
    fallback: 10,
  }),
};

/** TLS of the gateway's own port. */
interface TlsSettings {
  certificatePath: string;
  keyPath: string;
  /** Null: clients are not asked for a certificate. */
  clientCaPath: string | null;
  isClientCertificateRequired: boolean;
  /** Between two looks at the files, ms. */
  lookMs: number;
}

type TlsValues = ValuesOf<typeof TLS>;
export type WithTls<T extends TlsValues> = Omit<T, keyof TlsValues> & { readonly tls: TlsSettings | null };

/** Puts what belongs together into one; null = plain HTTP. Throws a SettingsError for one without the other. */
export function withTls<T extends TlsValues>(values: T): WithTls<T> {
  const { tlsCertificatePath, tlsKeyPath, tlsClientCaPath, tlsClientCertificates, tlsLookSeconds, ...rest } = values;
  return {
    ...rest,
    tls: tlsOf({ tlsCertificatePath, tlsKeyPath, tlsClientCaPath, tlsClientCertificates, tlsLookSeconds }),
  };
}

function tlsOf(values: TlsValues): TlsSettings | null {
  const { tlsCertificatePath: certificatePath, tlsKeyPath: keyPath, tlsClientCaPath: clientCaPath } = values;
  const isClientCertificateRequired = values.tlsClientCertificates === 'required';
  if ((certificatePath === null) !== (keyPath === null))
    throw new SettingsError(['TLS_CERTIFICATE_PATH and TLS_KEY_PATH must be set together']);
  if (isClientCertificateRequired && clientCaPath === null)
    throw new SettingsError(['TLS_CLIENT_CA_PATH must be set: TLS_CLIENT_CERTIFICATES is required']);
  if (certificatePath !== null && keyPath !== null)
    return {
      certificatePath,
      keyPath,
      clientCaPath,
      isClientCertificateRequired,
      lookMs: values.tlsLookSeconds * 1_000,
    };
  if (clientCaPath !== null) throw new SettingsError(['TLS_CERTIFICATE_PATH must be set: TLS_CLIENT_CA_PATH is']);
  return null;
}
