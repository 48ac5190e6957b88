# Sphinx settings.
extensions = ['openstackdocstheme', 'reno.sphinxext']
project = 'jacket_azure release notes'
copyright = 'jacket_azure developers'  # noqa: A001
master_doc = 'index'
html_theme = 'openstackdocs'
openstackdocs_repo_name = 'jacket_azure'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
version = ''
release = ''
