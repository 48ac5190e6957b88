// Loaded before Azurite: storage accounts come and go while it runs, which
// its own setting, read from the environment once a minute, is too slow for.
const fs = require('fs');
const path = require('path');

const file = process.env.JACKET_STORAGE_ACCOUNTS;
const source = path.join(
  path.dirname(process.argv[1]), '..', 'common', 'AccountDataStore.js');
let version = '';
let accounts = {};

function refresh() {
  const stat = fs.statSync(file, { bigint: true });
  const now = `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
  if (now === version) return;
  accounts = {};
  for (const [name, keys] of Object.entries(
    JSON.parse(fs.readFileSync(file, 'utf8')))) {
    accounts[name] = {
      name,
      key1: Buffer.from(keys[0], 'base64'),
      key2: Buffer.from(keys[1], 'base64'),
    };
  }
  version = now;
}

// what a test starts instead of Azurite has no accounts
if (fs.existsSync(source)) {
  const Accounts = require(source).default;
  const fromEnvironment = Accounts.prototype.getAccount;
  Accounts.prototype.getAccount = function (name) {
    const found = fromEnvironment.call(this, name);
    if (found !== undefined) return found;
    refresh();
    return Object.hasOwn(accounts, name) ? accounts[name] : undefined;
  };
}
