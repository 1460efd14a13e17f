/**
 * Projects that people install most, as PEP 503 spells them. Compiled by hand from general knowledge (November 2026). A
 * name that is nearly one of these is a typing error or a trap before it is a package.
 */
const table = `
  absl-py accelerate adal aiobotocore aiodns aiofiles aiohappyeyeballs aiohttp aiohttp-cors aioitertools aiokafka
  aiomysql aioredis aiosignal aiosmtplib aiosqlite alabaster albumentations alembic altair amqp anndata
  annotated-types ansible ansible-core ansible-lint anthropic antlr4-python3-runtime anyio apache-airflow apache-beam
  appdirs appnope apscheduler argcomplete argon2-cffi argon2-cffi-bindings argparse arrow arviz asana asgiref
  asn1crypto astor astroid astropy asttokens async-lru async-timeout asyncpg asyncssh asynctest atomicwrites attrs
  authlib autogen autograd autopep8 av avro awscli awswrangler azure-common azure-core azure-cosmos azure-identity
  azure-keyvault-secrets azure-mgmt-core azure-storage-blob azureml-core babel backcall backoff backports-zoneinfo
  bandit bcrypt beautifulsoup4 billiard biopython bitarray bitsandbytes black blake3 bleach blessed blinker blis blosc
  bokeh boltons boto boto3 boto3-stubs botocore botocore-stubs bottle bottleneck branca brotli brotlipy build
  bumpversion cachecontrol cachetools cairosvg cartopy catalogue catboost cattrs cbor2 celery cerberus certifi cffi
  cfgv chainer chardet charset-normalizer cheroot cherrypy chromadb circus ckzg clarabel click click-option-group
  click-plugins clickhouse-connect clickhouse-driver cligj cloudpathlib cloudpickle cloudscraper cmake cohere colorama
  coloredlogs colorful colorlog commonmark confection configargparse configobj confluent-kafka connexion construct
  contextlib2 contourpy cookiecutter coverage crashtest crewai croniter cryptography cssselect cupy curl-cffi cvxopt
  cvxpy cx-oracle cycler cymem cython cytoolz dacite dagster dash dask databricks-cli databricks-sdk
  databricks-sql-connector dataclasses dataclasses-json datadog datasets dateparser db-dtypes dbt-core ddtrace deap
  debugpy decorator deepdiff deepspeed defusedxml delta-spark deprecated deprecation diffusers dill discord-py
  diskcache distlib distributed distro django django-cors-headers django-debug-toolbar django-extensions django-filter
  django-redis django-storages djangorestframework djangorestframework-simplejwt dnspython docker docker-compose
  docopt docstring-parser docutils docx2txt dogpile-cache drf-spectacular drf-yasg duckdb dulwich durationpy easydict
  ecdsa editables einops elastic-transport elasticsearch elasticsearch-dsl email-validator emoji entrypoints
  et-xmlfile evaluate eventlet exceptiongroup execnet executing fabric faiss-cpu faiss-gpu faker falcon fastapi
  fastapi-cli fastavro fastjsonschema fastmcp fastparquet fasttext feedparser ffmpeg-python filelock filetype fiona
  fire flake8 flaky flask flask-admin flask-babel flask-bcrypt flask-caching flask-cors flask-jwt-extended
  flask-limiter flask-login flask-mail flask-marshmallow flask-migrate flask-restful flask-restx flask-session
  flask-socketio flask-sqlalchemy flask-wtf flatbuffers flax flit-core flower folium fonttools fpdf fpdf2 freezegun
  frozendict frozenlist fsspec ftfy future fuzzywuzzy gast gcsfs gdown genai gensim geoip2 geojson geopandas geopy
  gevent gevent-websocket ghp-import gitdb gitpython google-api-core google-api-python-client google-auth
  google-auth-httplib2 google-auth-oauthlib google-cloud-bigquery google-cloud-core google-cloud-logging
  google-cloud-pubsub google-cloud-secret-manager google-cloud-storage google-crc32c google-genai google-generativeai
  google-pasta google-resumable-media googleapis-common-protos gql gradio gradio-client graphene graphql-core graphviz
  great-expectations greenlet griffe groq grpcio grpcio-status grpcio-tools gspread gunicorn gym gymnasium h11 h2 h3
  h5netcdf h5py hatch hatchling hdbscan hf-transfer hiredis hmmlearn holidays holoviews hpack html2text html5lib
  httpcore httplib2 httptools httpx httpx-sse huggingface-hub humanfriendly humanize hvac hydra-core hypercorn
  hyperframe hyperlink hyperopt hypothesis icalendar identify idna igraph ijson imageio imageio-ffmpeg imagesize
  imbalanced-learn immutabledict implicit importlib-metadata importlib-resources incremental inflect inflection
  influxdb influxdb-client iniconfig inquirer instructor invoke ipaddress ipdb ipykernel ipython ipython-genutils
  ipywidgets isodate isoduration isort itemadapter itsdangerous jaraco-classes jaraco-context jaraco-functools jax
  jaxlib jedi jeepney jellyfish jieba jinja2 jiter jmespath joblib jpype1 json5 jsondiff jsonlines jsonpatch
  jsonpath-ng jsonpickle jsonpointer jsonref jsonschema jsonschema-specifications junitparser jupyter jupyter-client
  jupyter-core jupyter-server jupyterhub jupyterlab jwcrypto kafka-python kaggle kaleido keras keras-preprocessing
  keyboard keyring kiwisolver kombu kubernetes langchain langchain-anthropic langchain-community langchain-core
  langchain-openai langchain-text-splitters langdetect langgraph langsmith language-tags lark lazy-object-proxy ldap3
  levenshtein librosa libsass lightgbm lightning lime litellm llama-cpp-python llama-index llvmlite lmdb locket
  lockfile locust loguru lru-dict lxml lz4 m2crypto mako marisa-trie markdown markdown-it-py markdown2 markupsafe
  marshmallow marshmallow-sqlalchemy matplotlib matplotlib-inline mccabe mcp mdit-py-plugins mdurl mechanize mediapipe
  memory-profiler mergedeep mistralai mistune mkdocs mkdocs-material mkl ml-dtypes mlflow mlxtend mmh3 mock modin
  molecule moment mongoengine monotonic more-itertools moto motor moviepy mpi4py mpmath msal msal-extensions msgpack
  msgpack-python msrest multidict multimethod multiprocess munch murmurhash mypy mypy-boto3-s3 mypy-extensions
  mysql-connector-python mysqlclient namex narwhals natsort nbclient nbconvert nbformat neo4j neptune nest-asyncio
  netaddr netcdf4 netifaces networkx newrelic nibabel nltk nodeenv nose nose2 notebook notion-client nox numba
  numcodecs numexpr numpy numpydoc nvidia-cublas-cu12 nvidia-cudnn-cu12 nvidia-ml-py nvidia-nccl-cu12 oauth2client
  oauthlib odfpy ollama omegaconf onnx onnxruntime openai openapi-schema-validator openapi-spec-validator opencensus
  opencv-contrib-python opencv-python opencv-python-headless openpyxl opensearch-py opentelemetry-api
  opentelemetry-proto opentelemetry-sdk optax optuna orbax-checkpoint ordered-set orjson ortools oscrypto outcome
  overrides oyaml packaging paho-mqtt pandas pandas-gbq pandas-stubs pandera pandocfilters panel papermill param
  paramiko parse parsel parso partd passlib paste path pathlib pathos pathspec pathtools pathvalidate patsy pbr
  pdf2image pdfkit pdfminer-six pdfplumber pdm peewee peft pendulum pep8 pep8-naming pexpect pgvector phonenumbers
  phonenumberslite pickleshare pika pikepdf pillow pinecone pinecone-client pint pip pip-tools pipdeptree pipenv pipx
  pkginfo pkgutil-resolve-name platformdirs playwright plotly plotnine pluggy ply podman poetry poetry-core polars
  pooch portalocker posthog pre-commit preshed prettytable proglog prometheus-client prompt-toolkit propcache prophet
  proto-plus protobuf psutil psycopg psycopg-binary psycopg2 psycopg2-binary ptyprocess pure-eval py py-cpuinfo py4j
  pyaml pyarrow pyasn1 pyasn1-modules pyathena pyaudio pyautogui pybind11 pycairo pycodestyle pycountry pycparser
  pycrypto pycryptodome pycryptodomex pycurl pydantic pydantic-ai pydantic-core pydantic-settings pydash pydeck
  pydocstyle pydot pydub pyee pyenchant pyfiglet pyflakes pygame pygithub pygments pygobject pygraphviz pyhamcrest
  pyinotify pyinstaller pyjwt pykwalify pylint pymc pymdown-extensions pymilvus pymongo pymssql pymupdf pymysql pynacl
  pynput pyodbc pyomo pyopenssl pyparsing pypdf pypdf2 pyperclip pypika pyproj pyproject-api pyproject-hooks pyqt5
  pyqt6 pyrsistent pysam pyserial pysftp pyside2 pyside6 pysocks pyspark pystray pytesseract pytest pytest-asyncio
  pytest-benchmark pytest-cov pytest-django pytest-env pytest-forked pytest-html pytest-httpx pytest-metadata
  pytest-mock pytest-randomly pytest-rerunfailures pytest-runner pytest-sugar pytest-timeout pytest-xdist
  python-arango python-bidi python-crontab python-daemon python-dateutil python-decouple python-docx python-dotenv
  python-editor python-engineio python-gitlab python-http-client python-jenkins python-jose python-json-logger
  python-ldap python-levenshtein python-louvain python-magic python-memcached python-multipart python-pptx
  python-rapidjson python-slugify python-socketio python-telegram-bot python-utils python3-openid pytorch-lightning
  pytube pytz pyudev pyusb pyvirtualdisplay pyvis pyvista pywavelets pywin32 pywinpty pyxlsb pyyaml pyzipper pyzmq
  qdrant-client qrcode qtconsole qtpy querystring-parser rapidfuzz rasterio ray rdflib readchar readme-renderer
  recommonmark redis redis-py-cluster redshift-connector referencing regex reportlab requests requests-aws4auth
  requests-cache requests-file requests-mock requests-ntlm requests-oauthlib requests-toolbelt resampy resolvelib
  responses retry retrying rfc3339-validator rfc3986 rich rich-click robotframework rope rouge-score rpds-py rq rsa
  rtree ruamel-yaml ruamel-yaml-clib ruff s3fs s3transfer sacrebleu safetensors sagemaker salt sanic scapy
  scikit-build scikit-image scikit-learn scikit-optimize scipy scrapy seaborn secretstorage selenium semantic-version
  semver send2trash sendgrid sentence-transformers sentencepiece sentry-sdk seqeval serpapi setproctitle setuptools
  setuptools-scm sh shap shapely shellingham shortuuid simple-salesforce simplejson simpy singledispatch six skl2onnx
  slack-bolt slack-sdk slackclient slicer smart-open smmap sniffio snowballstemmer snowflake-connector-python
  snowflake-sqlalchemy social-auth-core sortedcontainers soundfile soupsieve soxr spacy spacy-legacy spark-nlp sphinx
  sphinx-rtd-theme sphinxcontrib-applehelp sqlalchemy sqlalchemy-utils sqlglot sqlite-utils sqlmodel sqlparse srsly
  sse-starlette sshtunnel stack-data stanza starlette statsd statsmodels stevedore stopit strawberry-graphql streamlit
  stripe structlog suds supabase sympy tables tablib tabulate tavily-python tblib tenacity tensorboard tensorboardx
  tensorflow tensorflow-cpu tensorflow-datasets tensorflow-estimator tensorflow-gpu tensorflow-hub
  tensorflow-probability termcolor terminado testcontainers testfixtures text-unidecode textblob textdistance
  texttable textual tf-keras theano thinc thop threadpoolctl thrift tifffile tiktoken timm tinycss2 tinydb tld
  tldextract tokenizers toml tomli tomli-w tomlkit toolz torch torch-geometric torchaudio torchmetrics torchtext
  torchvision tornado tox tqdm trafilatura traitlets transformers trino trio trio-websocket triton trl
  trove-classifiers tweepy twilio twine twisted txaio typed-ast typeguard typer types-python-dateutil types-pytz
  types-pyyaml types-requests types-setuptools typing typing-extensions typing-inspect typing-inspection tzdata
  tzlocal ujson ultralytics umap-learn uncertainties undetected-chromedriver unicodecsv unidecode unittest2
  unstructured update-checker uri-template uritemplate urllib3 userpath uv uvicorn uvloop uwsgi validators vcrpy vine
  virtualenv vllm voluptuous vtk vulture waitress wand wandb wasabi watchdog watchfiles watchtower wcwidth weasel
  weasyprint weaviate-client webargs webcolors webdriver-manager webencodings webob websocket-client websockets
  webtest werkzeug wheel whitenoise widgetsnbextension wikipedia win32-setctime wordcloud wrapt wsproto wtforms xarray
  xformers xgboost xlrd xlsx2csv xlsxwriter xlwings xlwt xmlschema xmlsec xmltodict xxhash yacs yamllint yapf yarl
  yfinance youtube-dl yt-dlp zarr zeep zict zipp zope-event zope-interface zstandard zstd
`;

export const famousProjects: ReadonlySet<string> = new Set(table.trim().split(/\s+/));

/** Projects whose names are near to those, and which mean no harm: found by asking of every name that we know of. */
export const otherProjects: ReadonlySet<string> = new Set(
  `cchardet jsons ncclient pacparser persistent pyamf pymc3 pymupdfb pypdf4 pyshark python-igraph python-jwt pyvips
   pyvisa tryton unicorn`.split(/\s+/),
);
