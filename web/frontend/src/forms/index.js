import 'preact-markup';
