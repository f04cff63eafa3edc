/** The members that an object has. Clients write null for what they do not have; inside, absent is absent. */
export function present<Value extends object>(object: Value): { [Name in keyof Value]: Exclude<Value[Name], null> } {
  const members = Object.entries(object).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(members) as { [Name in keyof Value]: Exclude<Value[Name], null> };
}
