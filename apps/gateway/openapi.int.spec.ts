import { testGateway, type TestGateway } from '../../test/support/test-gateway';
import { openApiDocument } from './openapi';

interface Document {
  paths: Record<
    string,
    Record<string, { operationId: string; security?: object[]; responses: Record<string, { content?: object }> }>
  >;
}

describe('the OpenAPI document', () => {
  let gateway: TestGateway;
  beforeAll(async () => void (gateway = await testGateway()), 60_000);
  afterAll(() => gateway.stop());

  it('holds every route under its operation id, and says which need a token', async () => {
    const document = (await gateway.app.inject('/api/openapi.json')).json<Document>();
    for (const route of gateway.routes) {
      const path = route.path.replace(/:(\w+)/g, '{$1}').replace('*', '{path}');
      const described = document.paths[path]?.[route.method.toLowerCase()];
      expect([route.path, described?.operationId]).toEqual([route.path, route.operation]);
      expect([route.path, described?.security !== undefined]).toEqual([route.path, route.access !== 'public']);
    }
    const described = Object.values(document.paths).flatMap((methods) => Object.keys(methods));
    expect(described).toHaveLength(gateway.routes.length);
  });

  it('is the same when it is made without a database', async () => {
    const served = (await gateway.app.inject('/api/openapi.json')).json<object>();
    expect(JSON.parse(JSON.stringify(await openApiDocument()))).toEqual(served);
  });

  it('knows what a probe was told, and no null that a request may not hold', async () => {
    const { components } = (await gateway.app.inject('/api/openapi.json')).json<{
      components: { schemas: Record<string, { properties: Record<string, { enum?: string[]; nullable?: boolean }> }> };
    }>();
    const { AttemptView, DecisionInput } = components.schemas;
    expect(AttemptView.properties.outcome.enum).toEqual(expect.arrayContaining(['accepted', 'absent', 'cannot-tell']));
    expect(DecisionInput.properties.note).toMatchObject({ type: 'string', nullable: true, maxLength: 4_000 });
  });

  it('says the rules that a request is checked by, and what a fault of ours looks like', async () => {
    const document = (await gateway.app.inject('/api/openapi.json')).json<{
      paths: Record<
        string,
        Record<string, { parameters: { name: string; schema: object }[]; responses: Record<string, object> }>
      >;
      components: { schemas: Record<string, { properties: Record<string, object> }> };
    }>();
    const list = document.paths['/api/v1/dossiers'].get;
    const parameter = (name: string) => list.parameters.find((one) => one.name === name)?.schema;
    expect(parameter('unit')).toMatchObject({ pattern: String.raw`^\d{5}$` });
    expect(parameter('limit')).toMatchObject({ type: 'integer', minimum: 1, maximum: 200 });
    expect(document.components.schemas.NewHold.properties.reason).toMatchObject({ minLength: 3, maxLength: 200 });
    expect(document.components.schemas.NewDossierInput.properties.attachments).toMatchObject({ maxItems: 200 });
    for (const [path, methods] of Object.entries(document.paths))
      for (const operation of Object.values(methods))
        expect([path, Object.keys(operation.responses)]).toEqual([path, expect.arrayContaining(['4XX', '5XX'])]);
  });

  it('gives every answer of ours a shape', async () => {
    const document = (await gateway.app.inject('/api/openapi.json')).json<Document>();
    const shapeless = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(
          ([, operation]) =>
            !Object.entries(operation.responses).some(
              ([status, response]) => status.startsWith('2') && response.content,
            ),
        )
        .map(([method]) => `${method} ${path}`),
    );
    expect(shapeless).toEqual([
      'get /synclog/tile/{path}',
      'get /api/v1/session/oidc',
      'get /api/v1/session/oidc/callback',
      'get /files/{token}',
      'get /metrics',
    ]);
  });
});
