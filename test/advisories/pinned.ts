import { parseVersion } from '../../src/policy/index.ts';
import { readFactsLine } from '../../src/packages/advisories/facts-line.ts';
import type { Snapshot } from '../../src/packages/advisories/snapshot.ts';

export type Pin = readonly [name: string, version: string];

/** What people had pinned, old and new: with vulnerabilities, and without. */
export const famousPins: readonly Pin[] = `
  django 1.11.29, django 2.2.28, django 3.2.25, django 4.2.16, django 5.1.2, flask 0.12.2, flask 2.2.5, flask 3.0.3,
  jinja2 2.7.2, jinja2 2.10.1, jinja2 3.1.4, requests 2.6.0, requests 2.19.1, requests 2.31.0, requests 2.32.3,
  urllib3 1.24.1, urllib3 1.26.18, urllib3 2.0.7, urllib3 2.2.3, numpy 1.13.3, numpy 1.21.0, numpy 1.26.4, numpy 2.1.2,
  pillow 5.2.0, pillow 8.3.2, pillow 10.2.0, pillow 10.4.0, Pillow 9.0.1.post1, tensorflow 1.15.0, tensorflow 2.4.1,
  tensorflow 2.11.1, tensorflow 2.17.0, tensorflow-gpu 2.5.0, tensorflow-cpu 2.7.0rc1, torch 1.13.0, torch 2.0.1+cu118,
  torch 2.4.1+cpu, cryptography 3.2, cryptography 41.0.5, cryptography 43.0.1, pyyaml 3.13, pyyaml 5.3.1, PyYAML 6.0.2,
  aiohttp 3.8.5, aiohttp 3.10.10, werkzeug 0.15.2, werkzeug 2.2.2, Werkzeug 3.0.4, lxml 4.6.2, lxml 5.3.0, paramiko 2.4.1,
  paramiko 3.4.0, ansible 2.7.0, ansible 2.9.27, ansible-core 2.14.0, salt 3003.3, salt 3005, salt 3007.1, mlflow 2.2.0,
  mlflow 2.16.2, apache-airflow 1.10.12, apache_airflow 2.8.0, apache.airflow 2.10.2, notebook 6.4.0, jupyterlab 3.6.0,
  jupyter-server 2.11.1, scrapy 1.8.0, Scrapy 2.11.2, twisted 22.10.0, Twisted 24.7.0, certifi 2022.9.24,
  certifi 2024.8.30, setuptools 65.3.0, setuptools 75.1.0, wheel 0.37.1, pip 19.1, pip 24.2, httpx 0.22.0, httpx 0.27.2,
  fastapi 0.65.1, fastapi 0.115.0, starlette 0.24.0, starlette 0.39.2, uvicorn 0.11.6, gradio 3.50.2, gradio 4.44.1,
  langchain 0.0.236, langchain 0.3.3, transformers 4.30.2, transformers 4.45.2, pytz 2024.2, six 1.16.0, attrs 24.2.0,
  idna 3.6, idna 3.10, markdown2 2.3.9, bleach 3.1.0, bleach 6.1.0, sqlalchemy 1.2.17, SQLAlchemy 2.0.35, mako 1.2.1,
  plone 5.2.0, products.cmfplone 5.2, zope 4.5, trac 0.10.3, roundup 1.4.4, cherrypy 2.1.0, moin 1.9.4, pyjwt 1.5.0,
  PyJWT 2.9.0, ecdsa 0.13.2, rsa 4.6, oauthlib 3.2.0, waitress 1.4.2, gunicorn 20.0.4, gunicorn 22.0.0, tornado 6.3.2,
  tornado 6.4.1, sentry 21.1.0, sentry-sdk 1.14.0, wagtail 4.1.1, nautobot 1.6.6, octoprint 1.8.2, rdiffweb 2.4.9,
  apache-superset 2.0.1, onnx 1.15.0, pyarrow 14.0.0, scikit-learn 1.4.0, pandas 2.2.3, scipy 1.14.1, black 23.12.1,
  black 24.10.0, botocore 1.35.40, boto3 1.35.40, s3transfer 0.10.3, charset-normalizer 3.4.0, typing-extensions 4.12.2,
  packaging 24.1, python-dateutil 2.9.0.post0, pydantic 1.10.2, pydantic 2.9.2, protobuf 3.18.2, protobuf 5.28.2,
  grpcio 1.53.0, grpcio 1.66.2, jsonschema 4.23.0, pyasn1 0.6.1, google-auth 2.35.0, click 8.1.7, markupsafe 3.0.1,
  itsdangerous 2.2.0, blinker 1.8.2, virtualenv 20.26.5, filelock 3.16.1, platformdirs 4.3.6, tqdm 4.66.1, tqdm 4.66.5,
  pyopenssl 17.4.0, pyOpenSSL 24.2.1, psutil 5.6.5, psutil 6.0.0, redis 4.5.2, redis 5.1.1, celery 5.2.1, celery 5.4.0,
  kombu 5.4.2, babel 2.9.0, Babel 2.16.0, pygments 2.7.3, Pygments 2.18.0, docutils 0.21.2, sphinx 3.0.3, Sphinx 8.0.2,
  ipython 7.31.0, ipython 8.28.0, nltk 3.6.4, nltk 3.9.1, reportlab 3.6.12, reportlab 4.2.5, pypdf 3.8.1, pypdf2 1.27.4,
  pymongo 4.6.2, PyMongo 4.10.1, mysql-connector-python 8.0.33, pymysql 1.1.0, PyMySQL 1.1.1, psycopg2-binary 2.9.9,
  httplib2 0.18.1, httplib2 0.22.0, python-jose 3.3.0, python-multipart 0.0.6, python-multipart 0.0.12, hyperkitty 1.3.4,
  mailman 3.3.4, keras 2.12.0, keras 3.6.0, streamlit 1.36.0, streamlit 1.39.0, bokeh 3.6.0, dash 2.13.0, dash 2.18.1,
  litellm 1.40.0, vllm 0.5.4, ray 2.8.0, llama-index 0.9.47, sagemaker 2.217.0, zipp 3.19.0, sqlparse 0.4.3, sqlparse 0.5.1
`
  .trim()
  .split(/,\s*/)
  .map((pin) => pin.split(' ') as unknown as Pin);

/**
 * Versions on the boundaries of what advisories say, and right beside them: where mistakes would show. So many at most,
 * taken evenly from all.
 */
export function boundaryPins({ lines }: Snapshot, limit: number): Pin[] {
  const pins = new Map<string, Pin>();
  for (const line of lines.values()) {
    for (const { name, ranges, versions } of readFactsLine(line).affected) {
      const bounds = [...ranges.flat().map(({ version }) => version), ...versions.slice(0, 2)];
      for (const pin of bounds.flatMap((version) => around(name, version))) pins.set(pin.join(' '), pin);
    }
  }
  const step = Math.max(1, pins.size / limit);
  return [...pins.values()].filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

function around(name: string, version: string): Pin[] {
  const suffixes =
    parseVersion(version)?.local === undefined ? ['', '.0', '.dev0', 'rc1', '.post1', '.1', '+local.1'] : [''];
  return suffixes.map((suffix): Pin => [name, version + suffix]).filter(([, each]) => parseVersion(each) !== undefined);
}
