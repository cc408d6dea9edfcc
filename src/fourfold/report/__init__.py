"""What people look at: evidence and verdict -> page -> terminal, HTML, csv.

``page.build`` says everything once, as plain data; the renderers beside it only print it.
"""
