/**
 * The same work in TensorFlow.js and jax-js, both on WebAssembly with one thread. They are found in the node_modules of a folder, since
 * nothing else needs them:
 *
 *   npm install --prefix FOLDER @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0 @jax-js/jax@0.1.25
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** They are no dependencies of this package: their names are looked up in the folder. */
const packages = { tfjs: '@tensorflow/tfjs', wasm: '@tensorflow/tfjs-backend-wasm', jaxJs: '@jax-js/jax' };

/** How many numbers of each result are compared. */
const compared = 8;
const epsilon = 1e-6;

const load = (require, name) => import(pathToFileURL(require.resolve(name)).href);

async function tensorFlow(require) {
  const tf = require(packages.tfjs);
  const wasm = require(packages.wasm);

  wasm.setWasmPaths(join(dirname(require.resolve(packages.wasm)), '/'));
  await tf.setBackend('wasm');
  await tf.ready();
  const first = (result) => {
    const numbers = result.dataSync().slice(0, compared);
    result.dispose();
    return numbers;
  };
  const works = {
    matmul: ({ a, b }, { size }) => {
      const [x, y] = [a, b].map((data) => tf.tensor(data, [size, size]));
      return () => first(tf.matMul(x, y));
    },
    mlpGradient: ({ x, ...weights }, { batch, widths }) => {
      const input = tf.tensor(x, [batch, widths[0]]);
      const layers = widths.slice(1).flatMap((width, i) => [tf.tensor(weights[`kernel${i}`], [widths[i], width]), tf.tensor(weights[`bias${i}`], [width])]);
      const loss = (...params) => {
        let h = input;
        for (let i = 0; i < params.length; i += 2) {
          h = tf.add(tf.matMul(h, params[i]), params[i + 1]);
          if (i + 2 < params.length) h = tf.relu(h);
        }
        return tf.mean(tf.square(h));
      };
      const gradient = tf.grads(loss);
      return () => {
        const found = tf.tidy(() => gradient(layers));
        const numbers = found[0].dataSync().slice(0, compared);
        tf.dispose(found);
        return numbers;
      };
    },
    softmax: ({ x }, { rows, columns }) => {
      const input = tf.tensor(x, [rows, columns]);
      return () => first(tf.softmax(input));
    },
    layerNorm: ({ x }, { rows, columns }) => {
      const input = tf.tensor(x, [rows, columns]);
      return () =>
        first(tf.tidy(() => {
          const { mean, variance } = tf.moments(input, -1, true);
          return tf.mul(tf.sub(input, mean), tf.rsqrt(tf.add(variance, epsilon)));
        }));
    },
    conv: ({ x, kernel }, { batch, size, channels, features }) => {
      const input = tf.tensor(x, [batch, size, size, channels]);
      const filter = tf.tensor(kernel, [3, 3, channels, features]);
      return () => first(tf.conv2d(input, filter, 1, 'same'));
    },
  };
  return { name: 'tfjs', works };
}

async function jaxJs(require) {
  const { init, defaultDevice, grad, numpy: np, nn, lax } = await load(require, packages.jaxJs);
  await init('wasm');
  defaultDevice('wasm');
  const first = async (result) => (await result.data()).slice(0, compared);
  const works = {
    matmul: ({ a, b }, { size }) => {
      const [x, y] = [a, b].map((data) => np.array(data, { shape: [size, size] }));
      return () => first(np.matmul(x.ref, y.ref));
    },
    mlpGradient: ({ x, ...weights }, { batch, widths }) => {
      const input = np.array(x, { shape: [batch, widths[0]] });
      const layers = widths.slice(1).flatMap((width, i) => [np.array(weights[`kernel${i}`], { shape: [widths[i], width] }), np.array(weights[`bias${i}`], { shape: [width] })]);
      const loss = (params) => {
        let h = input.ref;
        for (let i = 0; i < params.length; i += 2) {
          h = np.matmul(h, params[i]).add(params[i + 1]);
          if (i + 2 < params.length) h = nn.relu(h);
        }
        return np.mean(np.square(h));
      };
      const gradient = grad(loss);
      return async () => {
        const found = gradient(layers.map((layer) => layer.ref));
        const numbers = await first(found[0]);
        for (const one of found.slice(1)) one.dispose();
        return numbers;
      };
    },
    softmax: ({ x }, { rows, columns }) => {
      const input = np.array(x, { shape: [rows, columns] });
      return () => first(nn.softmax(input.ref));
    },
    layerNorm: ({ x }, { rows, columns }) => {
      const input = np.array(x, { shape: [rows, columns] });
      return () => {
        const centered = input.ref.sub(np.mean(input.ref, -1, { keepdims: true }));
        const variance = np.mean(np.square(centered.ref), -1, { keepdims: true });
        return first(centered.div(np.sqrt(variance.add(epsilon))));
      };
    },
    conv: ({ x, kernel }, { batch, size, channels, features }) => {
      // Its convolutions have channels first; the operands are brought there beforehand.
      const input = np.transpose(np.array(x, { shape: [batch, size, size, channels] }), [0, 3, 1, 2]);
      const filter = np.transpose(np.array(kernel, { shape: [3, 3, channels, features] }), [3, 2, 0, 1]);
      return async () => {
        const result = lax.convGeneralDilated(input.ref, filter.ref, [1, 1], [[1, 1], [1, 1]]);
        const numbers = await result.data();
        // As (..., height, width, features): the numbers that the others give.
        return Float32Array.from({ length: compared }, (_, i) => numbers[i * size * size]);
      };
    },
  };
  return { name: 'jax-js', works };
}

/** The peers that the folder has: names, and for each kind of work a function of its arrays and options that prepares it. */
export async function webPeers(folder) {
  const require = createRequire(join(folder, 'package.json'));
  return [await tensorFlow(require), await jaxJs(require)];
}
