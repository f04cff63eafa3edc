import { partnerEnvironment } from './partner-environment';

describe('partner variables of the local stack', () => {
  it('points all four partners at the simulators, with the password that the simulators accept', () => {
    const { ours, simulators } = partnerEnvironment('http://127.0.0.1:4000', {});
    expect(Object.keys(ours)).toHaveLength(12);
    expect(ours).toMatchObject({
      PARTNER_DVCLT_URL: 'http://127.0.0.1:4000/dvclt',
      PARTNER_ONESTOP_URL: 'http://127.0.0.1:4000/onestop',
    });
    expect(simulators.HOTICH_PASSWORD).toBe(ours.PARTNER_HOTICH_PASSWORD);
    expect(simulators.ONESTOP_SIM_PASSWORD).toBe(ours.PARTNER_ONESTOP_PASSWORD);
    expect(ours.PARTNER_DVCLT_PASSWORD).not.toBe(ours.PARTNER_HOTICH_PASSWORD);
    expect(ours.PARTNER_DVCLT_PASSWORD.length).toBeGreaterThanOrEqual(32);
  });

  it('leaves a partner whose URL the user has set to the user', () => {
    const { ours } = partnerEnvironment('http://127.0.0.1:4000', { PARTNER_HOTICH_URL: 'http://127.0.0.1:9' });
    expect(Object.keys(ours).filter((name) => name.includes('HOTICH'))).toEqual([]);
    expect(ours.PARTNER_DVCQG_URL).toBe('http://127.0.0.1:4000/dvcqg');
  });

  it('gives the simulators a password that the user has set', () => {
    const { ours, simulators } = partnerEnvironment('http://127.0.0.1:4000', { PARTNER_DVCQG_PASSWORD: 'chosen' });
    expect([ours.PARTNER_DVCQG_PASSWORD, simulators.DVCQG_PASSWORD]).toEqual(['chosen', 'chosen']);
  });
});
