// Loaded before Azurite 3.37.0: there a copied page blob shares the array of
// its page ranges with its source, be that a blob or a snapshot, so that a
// later write to one shows in the other. Here each gets an array of its own.
const fs = require('fs');
const path = require('path');

const source = path.join(
  path.dirname(process.argv[1]), 'persistence', 'LokiBlobMetadataStore.js');

// what a test starts instead of Azurite has no blobs
if (fs.existsSync(source)) {
  const Store = require(source).default;
  for (const name of ['startCopyFromURL', 'copyFromURL']) {
    const copy = Store.prototype[name];
    Store.prototype[name] = async function (context, from, to, ...rest) {
      const done = await copy.call(this, context, from, to, ...rest);
      const made = this.db.getCollection(this.BLOBS_COLLECTION).findOne({
        accountName: to.account, containerName: to.container, name: to.blob,
        snapshot: '' });
      if (made.pageRangesInOrder !== undefined) {
        made.pageRangesInOrder = made.pageRangesInOrder.slice();
      }
      return done;
    };
  }
}
