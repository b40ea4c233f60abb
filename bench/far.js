// Stands before a local server as if it were far away: node far.js PORT MILLISECONDS, the latter for each way.
// Prints the port that it listens on.
const net = require('net');
const [port, delay] = process.argv.slice(2).map(Number);

function pass(from, to) {
  from.setNoDelay(true);
  from.on('data', (bytes) => setTimeout(() => to.write(bytes), delay));
  from.on('end', () => setTimeout(() => to.end(), delay));
  from.on('error', () => to.destroy());
}

const server = net.createServer((near) => {
  const far = net.connect(port, '127.0.0.1');
  pass(near, far);
  pass(far, near);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
