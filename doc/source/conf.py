# Sphinx settings.
extensions = [
    'openstackdocstheme',
    'oslo_config.sphinxext',
    'oslo_config.sphinxconfiggen',
]
project = 'jacket_azure'
copyright = 'jacket_azure developers'  # noqa: A001
master_doc = 'index'
html_theme = 'openstackdocs'
pygments_style = 'native'
openstackdocs_repo_name = 'jacket_azure'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
version = ''
release = ''
config_generator_config_file = [
    ('../../etc/config-generator/jacket_azure.conf', '_static/jacket_azure'),
]
