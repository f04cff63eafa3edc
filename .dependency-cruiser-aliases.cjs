/** The subpath imports of package.json, pointed at the sources. */
const path = require('node:path');
const { imports } = require('./package.json');

const alias = {};
for (const [name, target] of Object.entries(imports)) {
  alias[`${name}$`] = path.join(__dirname, target.replace('./dist/', '').replace(/\.js$/, '.ts'));
}
module.exports = { resolve: { alias, extensions: ['.ts', '.js', '.json'] } };
