/**
 * Modules whose distribution is called otherwise, the one that most people mean first. Compiled by hand (November 2026);
 * every seventh row was compared with what its wheel holds. Dotted names are parts of namespaces that several
 * distributions share.
 */
const table = `
  absl: absl-py
  allauth: django-allauth
  antlr4: antlr4-python3-runtime
  apiclient: google-api-python-client
  argon2: argon2-cffi
  attr: attrs
  azure.cosmos: azure-cosmos
  azure.identity: azure-identity
  azure.keyvault.secrets: azure-keyvault-secrets
  azure.servicebus: azure-servicebus
  azure.storage.blob: azure-storage-blob
  azure.storage.queue: azure-storage-queue
  barcode: python-barcode
  bidi: python-bidi
  binance: python-binance
  Bio: biopython
  bs4: beautifulsoup4
  bson: pymongo
  cairo: pycairo
  can: python-can
  cassandra: cassandra-driver
  clickhouse_driver: clickhouse-driver
  community: python-louvain
  constraint: python-constraint
  corsheaders: django-cors-headers
  cpuinfo: py-cpuinfo
  crontab: python-crontab
  Crypto: pycryptodome
  Cryptodome: pycryptodomex
  cv2: opencv-python opencv-python-headless
  dash_bootstrap_components: dash-bootstrap-components
  databricks.sql: databricks-sql-connector
  dateutil: python-dateutil
  dbus: dbus-python
  debug_toolbar: django-debug-toolbar
  decouple: python-decouple
  discord: discord.py
  django_filters: django-filter
  dns: dnspython
  docx: python-docx
  dogpile: dogpile.cache
  dotenv: python-dotenv
  ebooklib: EbookLib
  elftools: pyelftools
  engineio: python-engineio
  environ: django-environ
  escpos: python-escpos
  exiftool: PyExifTool
  factory: factory-boy
  faiss: faiss-cpu
  fake_useragent: fake-useragent
  feather: feather-format
  ffmpeg: ffmpeg-python
  fitz: PyMuPDF
  flask_cors: Flask-Cors
  flask_login: Flask-Login
  flask_sqlalchemy: Flask-SQLAlchemy
  flask_wtf: Flask-WTF
  frontmatter: python-frontmatter
  fuse: fusepy
  gi: PyGObject
  git: GitPython
  github: PyGithub
  gitlab: python-gitlab
  google.api_core: google-api-core
  google.auth: google-auth
  google.cloud.aiplatform: google-cloud-aiplatform
  google.cloud.bigquery: google-cloud-bigquery
  google.cloud.bigtable: google-cloud-bigtable
  google.cloud.datastore: google-cloud-datastore
  google.cloud.firestore: google-cloud-firestore
  google.cloud.language: google-cloud-language
  google.cloud.logging: google-cloud-logging
  google.cloud.pubsub: google-cloud-pubsub
  google.cloud.pubsub_v1: google-cloud-pubsub
  google.cloud.secretmanager: google-cloud-secret-manager
  google.cloud.spanner: google-cloud-spanner
  google.cloud.speech: google-cloud-speech
  google.cloud.storage: google-cloud-storage
  google.cloud.texttospeech: google-cloud-texttospeech
  google.cloud.translate: google-cloud-translate
  google.cloud.vision: google-cloud-vision
  google.genai: google-genai
  google.generativeai: google-generativeai
  google.oauth2: google-auth
  google.protobuf: protobuf
  google_auth_oauthlib: google-auth-oauthlib
  googleapiclient: google-api-python-client
  googlesearch: googlesearch-python
  graphql: graphql-core
  grpc: grpcio
  grpc_status: grpcio-status
  grpc_tools: grpcio-tools
  haystack: haystack-ai
  hydra: hydra-core
  ibis: ibis-framework
  imagehash: ImageHash
  imblearn: imbalanced-learn
  import_export: django-import-export
  IPython: ipython
  jose: python-jose
  jwt: PyJWT
  kafka: kafka-python
  keycloak: python-keycloak
  ldap: python-ldap
  llama_cpp: llama-cpp-python
  llama_index: llama-index
  lxml_html_clean: lxml-html-clean
  magic: python-magic
  markdown: Markdown
  markdown_it: markdown-it-py
  memcache: python-memcached
  mpd: python-mpd2
  mpl_toolkits: matplotlib
  mpl_toolkits.basemap: basemap
  multipart: python-multipart
  mysql: mysql-connector-python
  mysql.connector: mysql-connector-python
  MySQLdb: mysqlclient
  nacl: PyNaCl
  newspaper: newspaper3k
  nmap: python-nmap
  objc: pyobjc-core
  odf: odfpy
  OpenGL: PyOpenGL
  opensearchpy: opensearch-py
  OpenSSL: pyOpenSSL
  paho: paho-mqtt
  paho.mqtt: paho-mqtt
  pam: python-pam
  past: future
  pdfminer: pdfminer.six
  PIL: Pillow
  pkg_resources: setuptools
  playhouse: peewee
  pptx: python-pptx
  prometheus_client: prometheus-client
  proto: proto-plus
  psycopg2: psycopg2-binary psycopg2
  pwiz: peewee
  pyasn1_modules: pyasn1-modules
  pylab: matplotlib
  pymysql: PyMySQL
  pynvml: nvidia-ml-py
  pyro: pyro-ppl
  pythoncom: pywin32
  pythonjsonlogger: python-json-logger
  pytorch_lightning: pytorch-lightning
  pywintypes: pywin32
  pywt: PyWavelets
  pyximport: Cython
  rest_framework: djangorestframework
  rest_framework_simplejwt: djangorestframework-simplejwt
  robot: robotframework
  ruamel: ruamel.yaml
  ruamel.yaml: ruamel.yaml
  saml2: pysaml2
  sass: libsass
  sentence_transformers: sentence-transformers
  serial: pyserial
  setuptools_scm: setuptools-scm
  shapefile: pyshp
  skbio: scikit-bio
  skimage: scikit-image
  sklearn: scikit-learn
  skopt: scikit-optimize
  sksurv: scikit-survival
  slack_sdk: slack-sdk
  slugify: python-slugify
  smartcard: pyscard
  snappy: python-snappy
  snowflake: snowflake-connector-python
  snowflake.connector: snowflake-connector-python
  socketio: python-socketio
  socks: PySocks
  speech_recognition: SpeechRecognition
  sqlalchemy: SQLAlchemy
  stdnum: python-stdnum
  strawberry: strawberry-graphql
  surprise: scikit-surprise
  tabula: tabula-py
  talib: TA-Lib
  telebot: pyTelegramBotAPI
  telegram: python-telegram-bot
  tlz: toolz
  torch_geometric: torch-geometric
  typing_extensions: typing-extensions
  umap: umap-learn
  unidecode: Unidecode
  usb: pyusb
  usb1: libusb1
  vlc: python-vlc
  vtkmodules: vtk
  websocket: websocket-client
  webview: pywebview
  werkzeug: Werkzeug
  whois: python-whois
  win32api: pywin32
  win32com: pywin32
  win32con: pywin32
  win32gui: pywin32
  wx: wxPython
  xdist: pytest-xdist
  Xlib: python-xlib
  yaml: PyYAML
  youtube_dl: youtube-dl
  yt_dlp: yt-dlp
  z3: z3-solver
  zmq: pyzmq
  zope.event: zope.event
  zope.interface: zope.interface
`;

/** Distributions by the module that they bring. */
export const knownImports: ReadonlyMap<string, readonly string[]> = new Map(
  table
    .trim()
    .split('\n')
    .map((line): [string, string[]] => {
      const [module = '', distributions = ''] = line.split(':');
      return [module.trim(), distributions.trim().split(' ')];
    }),
);

/** Names that several distributions share: that the name itself is missing says little about which one is wanted. */
export const namespaces: ReadonlyMap<string, readonly string[]> = new Map([
  ['google', ['google-cloud-storage', 'google-api-python-client', 'protobuf']],
  ['google.cloud', ['google-cloud-storage', 'google-cloud-bigquery']],
  ['azure', ['azure-storage-blob', 'azure-identity']],
  ['azure.storage', ['azure-storage-blob', 'azure-storage-queue']],
  ['zope', ['zope.interface']],
  ['backports', ['backports.zoneinfo']],
  ['sphinxcontrib', ['sphinx']],
  ['jaraco', ['jaraco.functools']],
]);
