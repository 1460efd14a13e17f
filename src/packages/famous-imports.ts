/**
 * Modules that people import most and whose distribution has the same name. Compiled by hand from general knowledge of
 * the most downloaded projects (November 2026). A name near one of these is a typing error or a trap before it is a
 * package.
 */
const table = `
  accelerate aiobotocore aiofiles aiohttp aiomysql aiopg aioredis aiosqlite alembic altair annoy anthropic anyio
  apscheduler arcade arrow arviz asgiref asn1crypto astor astropy asyncpg asyncssh attrs audioread authlib autograd
  automat autopep8
  babel backoff bandit bcrypt bidict billiard bitarray black bleach blessed blinker bokeh boltons boto boto3
  botocore bottle bottleneck branca brotli
  cachecontrol cachetools caldav cartopy catboost cattrs celery cerberus certifi cffi cfgrib chainer chardet
  charset_normalizer cheroot cherrypy chess chromadb click cloudpickle cloudscraper codecov colorama coloredlogs
  colorlog configargparse configobj connexion contourpy coverage crcmod croniter cryptography cssselect cupy curio
  cvxopt cvxpy cx_Oracle cycler cymem Cython cython
  dash dask datasets ddtrace deap deepdiff defusedxml deprecated dill diskcache distlib distributed distro django
  docker docopt docutils dominate drf_yasg duckdb dulwich
  easydict ecdsa einops elasticsearch emcee emoji ephem evaluate eventlet execnet
  fabric faker falcon fastai fastapi fastavro fastparquet feedparser filelock filetype fiona fire flake8 flask flax
  folium fontTools fpdf freezegun frozendict frozenlist fsspec ftfy future fuzzywuzzy
  gdown gensim geoip2 geojson geopandas geopy gevent glom gmpy2 gpiozero gradio graphene graphviz greenlet gspread
  gunicorn gym gymnasium
  h11 h2 h2o h3 h5netcdf h5py hashids hdbscan healpy hiredis hjson holidays holoviews html2text html5lib httplib2
  httptools httpx huggingface_hub humanize hvplot hypercorn hypothesis
  icalendar identify idna igraph imageio immutabledict inflect inflection ipykernel ipyleaflet ipywidgets iris
  isodate isort itsdangerous
  jax jaxlib jedi jellyfish jieba jinja2 jmespath joblib js2py json5 jsonlines jsonpatch jsonpath jsonpath_ng
  jsonpickle jsonschema jupyter
  kaggle kaleido keras keyboard keyring kiwisolver kombu korean_lunar_calendar kubernetes
  langchain langdetect langgraph lark ldap3 Levenshtein librosa lightgbm lime llvmlite lmfit locket loguru lxml lz4
  mako mariadb markupsafe marshmallow matplotlib mechanize mido minio mip mistune mlflow mlxtend modin
  more_itertools moto mouse moviepy mpi4py mpmath msgpack msgspec multidict multiprocess munch murmurhash mutagen
  mypy
  natsort nbclient nbconvert nbformat neo4j netaddr netCDF4 netifaces networkx nltk nose notebook ntplib numba
  numexpr numpy numpyro
  oauth2client oauthlib ollama onnx onnxruntime openai opencensus openpyxl optax optuna oracledb orjson ortools
  osmnx
  packaging panda3d pandas pandera panel papermill param paramiko parmed parse parso partd passlib pathos pathspec
  patsy pdfkit pdfplumber peewee pendulum pexpect pgvector phonenumbers pika pikepdf pint pip platformdirs
  playwright plotly plotnine pluggy polars pony portalocker prefect preshed prettytable prompt_toolkit prophet
  psutil psycopg ptyprocess py pyaes pyarrow pyasn1 pyautogui pybind11 pybtex pycaret pycountry pycparser pycurl
  pydantic pydash pydeck pydot pydub pyfiglet pygame pygit2 pyglet pygments pygmo pygsheets pyhive pyinotify pylint
  pymc pymc3 pymongo pymssql pymupdf pynput pyodbc pyomo pyparsing pypdf PyPDF2 pyperclip pypika pyproj PyQt5 PyQt6
  pyscreeze PySide6 pyspark pystan pytesseract pytest python_multipart pytube pytz pyvis pyvisa pyvista
  qdrant_client qiskit qrcode qtpy qutip
  rapidfuzz rasterio ray rdflib rdkit redis regex reportlab requests requests_oauthlib requests_toolbelt responses
  rich rq rsa rtoml rtree
  s3fs s3transfer sacrebleu safetensors salt scapy scipy scrapy seaborn selenium semver sendgrid sentencepiece
  sentry_sdk setuptools sh shap shapely shortuuid simplejson simpy six skorch sktime smart_open smmap sniffio
  sortedcontainers soupsieve spacy sphinx sqlglot sqlmodel sqlparse stan starlette statsmodels stevedore streamlit
  stripe structlog sunpy sympy
  tableauserverclient tables tablib tabulate tblib tenacity tensorboard tensorflow tensorflow_datasets
  tensorflow_hub termcolor testfixtures textblob textdistance textual theano thinc threadpoolctl tifffile tiktoken
  timm tinycss2 tinydb tldextract tokenizers toml tomli tomlkit toolz torch torchaudio torchmetrics torchtext
  torchvision tornado tox tqdm trafilatura traitlets transformers trio triton tslearn tweepy twilio twisted
  typeguard typer tzlocal
  ujson uncertainties unittest2 uproot uritemplate urllib3 uvicorn uvloop
  vaex validators vedo virtualenv visdom voluptuous vtk
  waitress wand wandb watchdog watchfiles wcwidth weasyprint webcolors webencodings websockets wheel whitenoise
  whoosh wikipedia wordcloud wrapt wtforms
  xarray xgboost xhtml2pdf xlrd xlsxwriter xlwings xlwt xmltodict xxhash
  yapf yarl yellowbrick yfinance yt
  zarr zeep zict zipp zstandard
`;

/** Names of modules that are also the names of their distributions. */
export const famousImports: ReadonlySet<string> = new Set(table.trim().split(/\s+/));

/** Those that traps are set around most: two mistakes are looked for where others get one. */
export const mostImported: readonly string[] = `
  asyncio boto3 certifi colorama cryptography django fastapi flask keras matplotlib numpy openai
  pandas polars psycopg2 pydantic pygame pytest requests scipy seaborn selenium setuptools sklearn
  sqlalchemy streamlit sympy tensorflow torch transformers urllib3 websockets
`
  .trim()
  .split(/\s+/);
