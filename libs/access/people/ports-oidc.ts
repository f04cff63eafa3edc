/** What a log-in at the provider is bound to; all of it stays with us. */
export interface OidcChecks {
  state: string;
  nonce: string;
  /** PKCE (RFC 7636). */
  codeVerifier: string;
}

/** Who the provider says it is. */
export interface OidcIdentity {
  issuer: string;
  /** Value of the claim that names the account. */
  subject: string;
}

/** An identity provider (OpenID Connect Core 1.0, authorization code with PKCE). */
export interface OidcProvider {
  /** Where the browser is sent. @throws AppError 503 `oidc-provider-away` */
  begin(): Promise<{ url: string; checks: OidcChecks }>;
  /** @param callback the whole URL that the browser came back to
   *  @throws AppError 401 `log-in-not-accepted` for whatever does not fit, 503 `oidc-provider-away` */
  finish(callback: URL, checks: OidcChecks): Promise<OidcIdentity>;
}
