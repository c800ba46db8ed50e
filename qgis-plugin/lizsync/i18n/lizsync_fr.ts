<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr_FR">
<context>
    <name>LizSync</name>
    <message>
        <source>01 Installation</source>
        <translation>01 Installation</translation>
    </message>
    <message>
        <source>Install Lizsync tools on the central database</source>
        <translation>Installer les outils LizSync dans la base centrale</translation>
    </message>
    <message>
        <source>Installs what LizSync needs in the central database: the schemas audit and lizsync with their tables and functions, and the extension hstore when it is missing. This is the first step, once for each central database; clones get theirs when a package is deployed to them.

It needs the right to create schemas in the database. Your own schemas and tables are left alone: the next step, initialize_central_database, prepares them.</source>
        <translation>Installe dans la base centrale ce dont LizSync a besoin : les schémas audit et lizsync avec leurs tables et fonctions, et l'extension hstore si elle manque. C'est la première étape, une seule fois pour chaque base centrale ; les clones reçoivent les leurs quand un paquet y est déployé.

Il faut le droit de créer des schémas dans la base. Vos propres schémas et tables ne sont pas touchés : l'étape suivante, initialize_central_database, les prépare.</translation>
    </message>
    <message>
        <source>Central database</source>
        <translation>Base centrale</translation>
    </message>
    <message>
        <source>The database that receives the structure.</source>
        <translation>La base qui reçoit la structure.</translation>
    </message>
    <message>
        <source>Replace an existing structure</source>
        <translation>Remplacer une structure existante</translation>
    </message>
    <message>
        <source>Replace the structure that is already there. Its log, its history and the server id are lost, and the tables are no longer audited.</source>
        <translation>Remplacer la structure qui est déjà là. Son journal, son historique et l'identifiant du serveur sont perdus, et les tables ne sont plus auditées.</translation>
    </message>
    <message>
        <source>Replace it even while clones are registered</source>
        <translation>La remplacer même si des clones sont enregistrés</translation>
    </message>
    <message>
        <source>With OVERRIDE, replace the structure although clones are registered in it, or although the database is a clone. What has not been synchronised yet can then no longer be.</source>
        <translation>Avec OVERRIDE, remplacer la structure bien que des clones y soient enregistrés, ou que la base soit un clone. Ce qui n'a pas encore été synchronisé ne pourra alors plus l'être.</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>État</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Message</translation>
    </message>
    <message>
        <source>Version of the structure</source>
        <translation>Version de la structure</translation>
    </message>
    <message>
        <source>LizSync is installed in the database already</source>
        <translation>LizSync est déjà installé dans la base</translation>
    </message>
    <message>
        <source>Run upgrade_database_structure to bring it up to date. OVERRIDE replaces it, and its log is lost.</source>
        <translation>Lancez upgrade_database_structure pour la mettre à jour. OVERRIDE la remplace, et son journal est perdu.</translation>
    </message>
    <message>
        <source>clones are registered, or the database is a clone, and OVERRIDE is set</source>
        <translation>des clones sont enregistrés, ou la base est un clone, et OVERRIDE est coché</translation>
    </message>
    <message>
        <source>Synchronise the clones first and revoke them. FORCE replaces the structure all the same.</source>
        <translation>Synchronisez d'abord les clones et révoquez-les. FORCE remplace la structure malgré tout.</translation>
    </message>
    <message>
        <source>the database has the original LizSync</source>
        <translation>la base contient le LizSync d'origine</translation>
    </message>
    <message>
        <source>Run upgrade_database_structure, which takes it over.</source>
        <translation>Lancez upgrade_database_structure, qui le reprend.</translation>
    </message>
    <message>
        <source>the database holds a schema audit or lizsync that something else made</source>
        <translation>la base contient un schéma audit ou lizsync qui vient d'ailleurs</translation>
    </message>
    <message>
        <source>It is never touched. Rename or drop it yourself if nobody uses it any more. Only the log of a generic audit tool (audit.logged_actions) is shared, when its columns allow it.</source>
        <translation>Il n'est jamais touché. Renommez-le ou supprimez-le vous-même si plus personne ne s'en sert. Seul le journal d'un outil d'audit générique (audit.logged_actions) est partagé, quand ses colonnes le permettent.</translation>
    </message>
    <message>
        <source>the role may not create schemas, or the extension hstore</source>
        <translation>le rôle ne peut pas créer de schémas, ou l'extension hstore</translation>
    </message>
    <message>
        <source>Ask the owner of the database for the command that the message gives.</source>
        <translation>Demandez au propriétaire de la base la commande que donne le message.</translation>
    </message>
    <message>
        <source>Upgrade LizSync tools in the central database</source>
        <translation>Mettre à jour les outils LizSync dans la base centrale</translation>
    </message>
    <message>
        <source>Brings the LizSync structure of a database up to the version of this program: the upgrades that it has not had yet, one after the other and all or none, then all the functions. Data, logs and clones are kept. Running it twice does no harm.

The functions are part of the structure. Where no upgrade is missing and only functions differ, it puts them right without being asked to make the upgrade: those that were altered or dropped since, and those of an older program. Functions in these schemas that LizSync did not make are left alone.

A database of the original LizSync, from 0.4 to 0.7.3, central or a clone, is taken over in place: its server id, publication lists, history, conflicts and log are kept, and what was not sent yet is sent by the first synchronisation after both databases were upgraded.

Without RUN_MIGRATIONS it makes no upgrade and only tells which ones are missing. Central and its clones may be upgraded in any order; databases with different versions, or with different functions, refuse to synchronise.</source>
        <translation>Amène la structure LizSync d'une base à la version de ce programme : les mises à jour qu'elle n'a pas encore reçues, l'une après l'autre et toutes ou aucune, puis toutes les fonctions. Données, journaux et clones sont conservés. La lancer deux fois ne nuit pas.

Les fonctions font partie de la structure. Là où aucune mise à jour ne manque et où seules des fonctions diffèrent, elles sont remises en ordre sans que la mise à jour soit demandée : celles qui ont été modifiées ou supprimées depuis, et celles d'un programme plus ancien. Les fonctions de ces schémas que LizSync n'a pas créées restent intactes.

Une base du LizSync d'origine, de la version 0.4 à la 0.7.3, centrale ou clone, est reprise sur place : son identifiant de serveur, ses listes blanches, son historique, ses conflits et son journal sont conservés, et ce qui n'avait pas encore été envoyé l'est par la première synchronisation qui suit la mise à jour des deux bases.

Sans RUN_MIGRATIONS, aucune mise à jour n'est faite, et il est seulement dit lesquelles manquent. La base centrale et ses clones peuvent être mis à jour dans n'importe quel ordre ; des bases de versions différentes, ou dont les fonctions diffèrent, refusent de se synchroniser.</translation>
    </message>
    <message>
        <source>The database whose structure is upgraded, central or a clone.</source>
        <translation>La base dont la structure est mise à jour, centrale ou clone.</translation>
    </message>
    <message>
        <source>Make the upgrade</source>
        <translation>Faire la mise à jour</translation>
    </message>
    <message>
        <source>Make the upgrade. Otherwise only tell what it would do, and put functions right where nothing else differs.</source>
        <translation>Faire la mise à jour. Sinon, dire seulement ce qui serait fait, et remettre en ordre les fonctions là où rien d'autre ne diffère.</translation>
    </message>
    <message>
        <source>LizSync is not installed in the database</source>
        <translation>LizSync n'est pas installé dans la base</translation>
    </message>
    <message>
        <source>Run create_database_structure.</source>
        <translation>Lancez create_database_structure.</translation>
    </message>
    <message>
        <source>the structure is newer than this program</source>
        <translation>la structure est plus récente que ce programme</translation>
    </message>
    <message>
        <source>Use a newer version of LizSync.</source>
        <translation>Utilisez une version plus récente de LizSync.</translation>
    </message>
    <message>
        <source>the structure belongs to another role</source>
        <translation>la structure appartient à un autre rôle</translation>
    </message>
    <message>
        <source>Connect as that role, or ask for membership in it.</source>
        <translation>Connectez-vous avec ce rôle, ou demandez à en devenir membre.</translation>
    </message>
    <message>
        <source>somebody holds a lock on the log for more than 10 seconds</source>
        <translation>quelqu'un tient un verrou sur le journal depuis plus de 10 secondes</translation>
    </message>
    <message>
        <source>Nothing was changed. Ask people to save their edits, then run it again.</source>
        <translation>Rien n'a été changé. Demandez que chacun enregistre ses modifications, puis recommencez.</translation>
    </message>
    <message>
        <source>the original LizSync has lost tables, or has others in its schemas</source>
        <translation>le LizSync d'origine a perdu des tables, ou en a d'autres dans ses schémas</translation>
    </message>
    <message>
        <source>The message names them: restore or move them. Nothing was changed.</source>
        <translation>Le message les nomme : restaurez-les ou déplacez-les. Rien n'a été changé.</translation>
    </message>
    <message>
        <source>tables of a publication list cannot be synchronised as they are</source>
        <translation>des tables d'une liste de publication ne peuvent pas être synchronisées telles quelles</translation>
    </message>
    <message>
        <source>Synchronise with the original LizSync, change them as the message says on central and on each clone, and run it again.</source>
        <translation>Synchronisez avec le LizSync d'origine, changez-les comme le dit le message sur la base centrale et sur chaque clone, puis recommencez.</translation>
    </message>
    <message>
        <source>Prepare the central database</source>
        <translation>Préparer la base centrale</translation>
    </message>
    <message>
        <source>Prepares the tables of the central database to be synchronised: gives the database its identity, each table a column uid, and the triggers that record its edits. Run it after create_database_structure, and again when tables were added.

Numbers that a sequence gives, such as the key of a serial column, are the same on all databases: clones draw theirs from blocks that central allots to them. SERIAL_KEYS can leave the numbers of tables to each database instead.

Each table is prepared whole or not at all, and one that somebody is editing is left after a few seconds rather than waited for: the others are done, and the algorithm then fails with the list of those to be done again. What a table has already is not touched, and not even locked.

A table of more than 100,000 rows or 64 MB gets its uid column while people read and edit it: in steps, which lock it for a moment each and whose locks are waited for half a second at a time. When it is stopped half-way, it goes on from there the next time. Some tables cannot be filled so, such as those with triggers that would fire; a message says which, for how long nobody can use them, and what to do about it.

At the end it tells what each table still lacks, and which ones are unsafe to synchronise, with the reason and the remedy. With all three options off it only tells, also how long a big table will take.</source>
        <translation>Prépare les tables de la base centrale à être synchronisées : donne à la base son identité, à chaque table une colonne uid, et les déclencheurs qui enregistrent ses modifications. À lancer après create_database_structure, et de nouveau quand des tables ont été ajoutées.

Les numéros que donne une séquence, comme la clé d'une colonne serial, sont les mêmes dans toutes les bases : les clones tirent les leurs de blocs que la base centrale leur attribue. SERIAL_KEYS permet de laisser plutôt chaque base numéroter ses tables elle-même.

Chaque table est préparée entièrement ou pas du tout, et celle que quelqu'un modifie est laissée au bout de quelques secondes plutôt qu'attendue : les autres sont faites, et l'algorithme échoue alors avec la liste de celles qui restent à faire. Ce qu'une table possède déjà n'est pas touché, ni même verrouillé.

Une table de plus de 100 000 lignes ou de 64 Mo reçoit sa colonne uid pendant qu'on la lit et la modifie : par étapes, dont chacune la verrouille un instant et dont les verrous sont attendus une demi-seconde à la fois. Arrêtée à mi-chemin, l'opération reprend là où elle en était. Certaines tables ne peuvent être remplies ainsi, comme celles dont des déclencheurs s'exécuteraient ; un message dit lesquelles, pendant combien de temps personne ne peut les utiliser, et que faire.

À la fin, il est dit ce qui manque encore à chaque table, et lesquelles ne peuvent pas être synchronisées sans risque, avec la raison et le remède. Si les trois options sont décochées, c'est tout ce qui est fait, et il est dit aussi combien de temps prendra une grande table.</translation>
    </message>
    <message>
        <source>Keys that a sequence numbers</source>
        <translation>Clés numérotées par une séquence</translation>
    </message>
    <message>
        <source>Shared: the numbers are the same everywhere, because each clone draws from blocks that central allots to it. Local: each database numbers for itself, and the numbers are not sent. The prepared tables of the chosen schemas are moved to what is given here, and their clones must be deployed again. When it is not given, tables stay as they are, and those that are prepared for the first time are shared.</source>
        <translation>Shared : les numéros sont les mêmes partout, car chaque clone tire les siens de blocs que la base centrale lui attribue. Local : chaque base numérote pour elle-même, et les numéros ne sont pas transmis. Les tables préparées des schémas choisis passent à ce qui est donné ici, et leurs clones doivent être déployés de nouveau. Sans ce paramètre, les tables restent comme elles sont, et celles qui sont préparées pour la première fois ont des numéros partagés (shared).</translation>
    </message>
    <message>
        <source>The central database, where LizSync is installed.</source>
        <translation>La base centrale, où LizSync est installé.</translation>
    </message>
    <message>
        <source>Give the database its server id</source>
        <translation>Donner à la base son identifiant de serveur</translation>
    </message>
    <message>
        <source>Give the database the identity by which clones know it. One that it has is kept.</source>
        <translation>Donner à la base l'identité par laquelle les clones la connaissent. Si elle en a une, elle est conservée.</translation>
    </message>
    <message>
        <source>Add uid columns</source>
        <translation>Ajouter les colonnes uid</translation>
    </message>
    <message>
        <source>Add to each table the column uid by which its rows are known everywhere. A small table is locked for a moment; a big one gets its uid while people read and edit it, and a message tells how long that takes.</source>
        <translation>Ajouter à chaque table la colonne uid, par laquelle ses lignes sont reconnues partout. Une petite table est verrouillée un instant ; une grande reçoit ses uid pendant qu'on la lit et la modifie, et un message dit combien de temps cela prend.</translation>
    </message>
    <message>
        <source>Add audit triggers</source>
        <translation>Ajouter les déclencheurs d'audit</translation>
    </message>
    <message>
        <source>Record every edit of each table from now on.</source>
        <translation>Enregistrer désormais toute modification de chaque table.</translation>
    </message>
    <message>
        <source>Schemas</source>
        <translation>Schémas</translation>
    </message>
    <message>
        <source>The schemas whose tables are prepared, separated by commas; a name with a comma stands in double quotes. All of them but public when empty. audit, lizsync and those of the system are never synchronised, and nor are tables of extensions and QGIS's own in public.</source>
        <translation>Les schémas dont les tables sont préparées, séparés par des virgules ; un nom qui contient une virgule est mis entre guillemets doubles. Tous sauf public si c'est vide. audit, lizsync et ceux du système ne sont jamais synchronisés, ni les tables des extensions et celles de QGIS dans public.</translation>
    </message>
    <message>
        <source>Seconds to wait for a table</source>
        <translation>Secondes d'attente pour une table</translation>
    </message>
    <message>
        <source>How long to wait for a table that somebody is editing. While it waits, others wait behind; then the table is left for another time.</source>
        <translation>Combien de temps attendre une table que quelqu'un modifie. Pendant cette attente, d'autres attendent derrière ; ensuite la table est laissée pour une autre fois.</translation>
    </message>
    <message>
        <source>Server id</source>
        <translation>Identifiant du serveur</translation>
    </message>
    <message>
        <source>Tables</source>
        <translation>Tables</translation>
    </message>
    <message>
        <source>Tables ready</source>
        <translation>Tables prêtes</translation>
    </message>
    <message>
        <source>Uid columns added</source>
        <translation>Colonnes uid ajoutées</translation>
    </message>
    <message>
        <source>Tables newly audited</source>
        <translation>Tables nouvellement auditées</translation>
    </message>
    <message>
        <source>Unsafe tables</source>
        <translation>Tables à risque</translation>
    </message>
    <message>
        <source>LizSync is not installed in the database, or with an older structure</source>
        <translation>LizSync n'est pas installé dans la base, ou avec une structure plus ancienne</translation>
    </message>
    <message>
        <source>Run create_database_structure or upgrade_database_structure.</source>
        <translation>Lancez create_database_structure ou upgrade_database_structure.</translation>
    </message>
    <message>
        <source>the database is a clone</source>
        <translation>la base est un clone</translation>
    </message>
    <message>
        <source>Choose the central database.</source>
        <translation>Choisissez la base centrale.</translation>
    </message>
    <message>
        <source>a schema in SCHEMAS does not exist or is never synchronised</source>
        <translation>un schéma de SCHEMAS n'existe pas ou n'est jamais synchronisé</translation>
    </message>
    <message>
        <source>Correct the name; the message lists the schemas that there are.</source>
        <translation>Corrigez le nom ; le message donne la liste des schémas existants.</translation>
    </message>
    <message>
        <source>a table is locked by somebody's open edit</source>
        <translation>une table est verrouillée par une modification en cours</translation>
    </message>
    <message>
        <source>Ask them to save, then run it again: what is done stays done.</source>
        <translation>Demandez qu'elle soit enregistrée, puis recommencez : ce qui est fait reste fait.</translation>
    </message>
    <message>
        <source>a big table is left half-way, because somebody is editing it or the preparation was stopped</source>
        <translation>une grande table reste à moitié préparée, parce que quelqu'un la modifie ou que la préparation a été arrêtée</translation>
    </message>
    <message>
        <source>Run it again: it goes on from there. Edits of the table are safe meanwhile.</source>
        <translation>Recommencez : la préparation reprend là où elle en était. D'ici là, les modifications de la table ne risquent rien.</translation>
    </message>
    <message>
        <source>a table belongs to another role, or has a column uid that cannot be used</source>
        <translation>une table appartient à un autre rôle, ou a une colonne uid qui ne convient pas</translation>
    </message>
    <message>
        <source>Do what the message says for that table, then run it again.</source>
        <translation>Faites ce que le message dit pour cette table, puis recommencez.</translation>
    </message>
    <message>
        <source>02 PostgreSQL synchronization</source>
        <translation>02 Synchronisation PostgreSQL</translation>
    </message>
    <message>
        <source>Create a package from the central database</source>
        <translation>Créer un paquet à partir de la base centrale</translation>
    </message>
    <message>
        <source>Writes a ZIP file with the structure and the data of the chosen tables, from which clones are made with deploy_database_server_package.

The tables bring their sequences, indexes, constraints, triggers, the types, functions and sequences that they need, wherever these are, the other ones of their schemas, public aside, and the styles that QGIS has saved for them. What the body of a function only names is followed too, as far as it can be read there; a warning lists the rest. Views are packaged when they are chosen and all their tables are. The package shows everything at one moment, and people can go on editing: a table that is prepared already is not locked in any way that an edit would notice.

Tables that lack their uid column or their audit triggers are prepared first, unless that is turned off. With ADD_AUDIT_TRIGGERS, LizSync itself is installed where nothing of it is yet, and the database gets its server id. The file gets its name when it is whole; a package that is stopped half-way leaves the one before as it was.</source>
        <translation>Écrit un fichier ZIP avec la structure et les données des tables choisies, à partir duquel deploy_database_server_package fait des clones.

Les tables apportent leurs séquences, index, contraintes, déclencheurs, les types, fonctions et séquences dont elles ont besoin, où qu'ils soient, les autres de leurs schémas, public excepté, et les styles que QGIS a enregistrés pour elles. Ce que le corps d'une fonction ne fait que nommer est suivi aussi, autant qu'on peut l'y lire ; un avertissement donne le reste. Les vues sont mises dans le paquet quand elles sont choisies et que toutes leurs tables le sont. Tout est tel qu'à un même instant, pendant que chacun continue à travailler : une table déjà préparée n'est verrouillée d'aucune manière qu'une modification remarquerait.

Les tables auxquelles il manque la colonne uid ou les déclencheurs d'audit sont d'abord préparées, sauf si c'est décoché. Avec ADD_AUDIT_TRIGGERS, LizSync lui-même est installé là où il n'y en a encore rien, et la base reçoit son identifiant de serveur. Le fichier ne reçoit son nom qu'une fois entier ; un paquet interrompu laisse le précédent comme il était.</translation>
    </message>
    <message>
        <source>The central database, with the role that owns LizSync there.</source>
        <translation>La base centrale, avec le rôle qui y possède LizSync.</translation>
    </message>
    <message>
        <source>PostgreSQL binary folder</source>
        <translation>Dossier des programmes de PostgreSQL</translation>
    </message>
    <message>
        <source>The folder with pg_dump and pg_restore, at least as new as the server. The newest ones of this machine when empty.</source>
        <translation>Le dossier de pg_dump et pg_restore, au moins aussi récents que le serveur. Les plus récents de cette machine si c'est vide.</translation>
    </message>
    <message>
        <source>PostgreSQL layers</source>
        <translation>Couches PostgreSQL</translation>
    </message>
    <message>
        <source>The tables to send to the clones, and the views to go with them, each as schema.table. A part with a dot or a quote in it stands in double quotes.</source>
        <translation>Les tables à envoyer aux clones, et les vues qui les accompagnent, chacune sous la forme schéma.table. Une partie qui contient un point ou un guillemet est mise entre guillemets doubles.</translation>
    </message>
    <message>
        <source>Add the column uid to the tables that lack it.</source>
        <translation>Ajouter la colonne uid aux tables qui ne l'ont pas.</translation>
    </message>
    <message>
        <source>Record from now on the edits of the tables that are not audited yet.</source>
        <translation>Enregistrer désormais les modifications des tables qui ne sont pas encore auditées.</translation>
    </message>
    <message>
        <source>Additional SQL file</source>
        <translation>Fichier SQL additionnel</translation>
    </message>
    <message>
        <source>SQL that runs on each clone at the end of the deployment, in its transaction.</source>
        <translation>Du SQL qui est exécuté sur chaque clone à la fin du déploiement, dans sa transaction.</translation>
    </message>
    <message>
        <source>Package</source>
        <translation>Paquet</translation>
    </message>
    <message>
        <source>The file to write. central_database_package.zip in the temporary folder when empty.</source>
        <translation>Le fichier à écrire. central_database_package.zip dans le dossier temporaire si c'est vide.</translation>
    </message>
    <message>
        <source>How long to wait for a table that is to be prepared and that somebody is editing.</source>
        <translation>Combien de temps attendre une table à préparer que quelqu'un modifie.</translation>
    </message>
    <message>
        <source>Package id</source>
        <translation>Identifiant du paquet</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>Lignes</translation>
    </message>
    <message>
        <source>LizSync is installed with an older structure, or is not installed and this role may not do so</source>
        <translation>LizSync est installé avec une structure plus ancienne, ou n'est pas installé et ce rôle ne peut pas le faire</translation>
    </message>
    <message>
        <source>Run upgrade_database_structure, or what the message says.</source>
        <translation>Lancez upgrade_database_structure, ou faites ce que dit le message.</translation>
    </message>
    <message>
        <source>a table belongs to an extension or to QGIS, such as spatial_ref_sys and layer_styles</source>
        <translation>une table appartient à une extension ou à QGIS, comme spatial_ref_sys et layer_styles</translation>
    </message>
    <message>
        <source>Take it out of PG_LAYERS: every database has its own.</source>
        <translation>Retirez-la de PG_LAYERS : chaque base a la sienne.</translation>
    </message>
    <message>
        <source>a table does not exist, or is unsafe to synchronise</source>
        <translation>une table n'existe pas, ou ne peut pas être synchronisée sans risque</translation>
    </message>
    <message>
        <source>Do what the message says for that table.</source>
        <translation>Faites ce que le message dit pour cette table.</translation>
    </message>
    <message>
        <source>a foreign key or a view needs a table that is not packaged</source>
        <translation>une clé étrangère ou une vue a besoin d'une table qui n'est pas dans le paquet</translation>
    </message>
    <message>
        <source>Add the table to PG_LAYERS.</source>
        <translation>Ajoutez la table à PG_LAYERS.</translation>
    </message>
    <message>
        <source>pg_dump is missing, or older than the server</source>
        <translation>pg_dump manque, ou est plus ancien que le serveur</translation>
    </message>
    <message>
        <source>Install the client programs of the server's version, or name their folder in POSTGRESQL_BINARY_PATH.</source>
        <translation>Installez les programmes clients de la version du serveur, ou indiquez leur dossier dans POSTGRESQL_BINARY_PATH.</translation>
    </message>
    <message>
        <source>a table to be prepared is locked by somebody's open edit</source>
        <translation>une table à préparer est verrouillée par une modification en cours</translation>
    </message>
    <message>
        <source>Ask them to save, then run it again.</source>
        <translation>Demandez qu'elle soit enregistrée, puis recommencez.</translation>
    </message>
    <message>
        <source>Deploy a database package to the clone</source>
        <translation>Déployer un paquet de base de données sur le clone</translation>
    </message>
    <message>
        <source>Makes a database a clone, or brings a clone up to date, from a package that package_central_database has made: LizSync is installed when it is missing, the tables of the package replace those that were deployed before, and central learns of the clone.

All that happens in one transaction: a deployment that fails, is stopped or loses its connection leaves both databases as they were, and so does a package that is damaged anywhere. A clone keeps its identity, and other tables, views and styles that were made there are left alone. The rights that others have on the tables, and the places of the tables in publications, are given back; a warning names what cannot be, and the indexes, triggers, columns and the like that were made on the tables and go with them.

A database that is missing is created, and stays when the deployment fails; extensions are created too. What the role of the connection may not do, one message tells as the commands that a superuser runs.

A clone with edits that central has not received yet is refused: synchronise it first, or let them be carried over.</source>
        <translation>Fait d'une base un clone, ou remet un clone à jour, à partir d'un paquet fait par package_central_database : LizSync est installé s'il manque, les tables du paquet remplacent celles qui avaient été déployées, et la base centrale apprend l'existence du clone.

Tout se passe dans une seule transaction : un déploiement qui échoue, est arrêté ou perd sa connexion laisse les deux bases comme elles étaient, et de même un paquet abîmé où que ce soit. Un clone garde son identité, et les autres tables, vues et styles qui y ont été faits ne sont pas touchés. Les droits que d'autres ont sur les tables, et les places des tables dans des publications, sont rendus ; un avertissement nomme ce qui ne peut pas l'être, et les index, déclencheurs, colonnes et autres qui ont été faits sur les tables et partent avec elles.

Une base qui manque est créée, et reste quand le déploiement échoue ; les extensions sont créées aussi. Ce que le rôle de la connexion ne peut pas faire, un seul message le donne, avec les commandes qu'un superutilisateur lance.

Un clone dont la base centrale n'a pas encore reçu des modifications est refusé : synchronisez-le d'abord, ou faites-les reporter.</translation>
    </message>
    <message>
        <source>The central database that the package was made from, with the role that owns LizSync there.</source>
        <translation>La base centrale dont le paquet provient, avec le rôle qui y possède LizSync.</translation>
    </message>
    <message>
        <source>Clone</source>
        <translation>Clone</translation>
    </message>
    <message>
        <source>The database that becomes a clone, with the role that is to own its tables. It is created when there is none.</source>
        <translation>La base qui devient un clone, avec le rôle qui doit posséder ses tables. Elle est créée s'il n'y en a pas.</translation>
    </message>
    <message>
        <source>Accepted for old scripts; a deployment needs no programs of PostgreSQL's.</source>
        <translation>Accepté pour les anciens scripts ; un déploiement n'a besoin d'aucun programme de PostgreSQL.</translation>
    </message>
    <message>
        <source>The package. central_database_package.zip in the temporary folder when empty.</source>
        <translation>Le paquet. central_database_package.zip dans le dossier temporaire si c'est vide.</translation>
    </message>
    <message>
        <source>Give the clone a new server id</source>
        <translation>Donner au clone un nouvel identifiant de serveur</translation>
    </message>
    <message>
        <source>Make it another clone than it was: for a database that was copied from a clone together with its identity.</source>
        <translation>En faire un autre clone que celui qu'il était : pour une base copiée d'un clone avec son identité.</translation>
    </message>
    <message>
        <source>Name of the clone</source>
        <translation>Nom du clone</translation>
    </message>
    <message>
        <source>A name for people, such as the laptop's. The one that it has when empty, clone_ and eight characters for a new clone.</source>
        <translation>Un nom pour les personnes, par exemple celui du portable. S'il est vide, celui qu'il a ; pour un nouveau clone, clone_ et huit caractères.</translation>
    </message>
    <message>
        <source>Role of the clone on central</source>
        <translation>Rôle du clone sur la base centrale</translation>
    </message>
    <message>
        <source>The role of the central database that may synchronise this clone, with its own rights. The role of the connection to central when empty.</source>
        <translation>Le rôle de la base centrale qui peut synchroniser ce clone, avec ses propres droits. Le rôle de la connexion à la base centrale si c'est vide.</translation>
    </message>
    <message>
        <source>Make a role for the clone on central</source>
        <translation>Créer un rôle pour le clone sur la base centrale</translation>
    </message>
    <message>
        <source>Make a role for this clone alone that may edit the tables of the package and nothing else, and store its connection in the clone. The role of the connection to central must be allowed to create roles.</source>
        <translation>Créer un rôle pour ce seul clone, qui peut modifier les tables du paquet et rien d'autre, et enregistrer sa connexion dans le clone. Le rôle de la connexion à la base centrale doit avoir le droit de créer des rôles.</translation>
    </message>
    <message>
        <source>Store the connection to central in the clone</source>
        <translation>Enregistrer la connexion à la base centrale dans le clone</translation>
    </message>
    <message>
        <source>Let lizsync.synchronize() in the clone connect to central as this connection does, with its password.</source>
        <translation>Permettre à lizsync.synchronize() dans le clone de se connecter à la base centrale comme cette connexion, avec son mot de passe.</translation>
    </message>
    <message>
        <source>Keep the edits that were not synchronised</source>
        <translation>Garder les modifications qui n'ont pas été synchronisées</translation>
    </message>
    <message>
        <source>Carry the edits that central has not received over to the new tables. The next synchronisation compares them with all that central did meanwhile; a row that no longer fits is given up, and its values go to lizsync.conflicts.</source>
        <translation>Reporter sur les nouvelles tables les modifications que la base centrale n'a pas reçues. La prochaine synchronisation les compare avec tout ce que la base centrale a fait entre-temps ; une ligne qui ne convient plus est abandonnée, et ses valeurs vont dans lizsync.conflicts.</translation>
    </message>
    <message>
        <source>Leave AFTER triggers enabled</source>
        <translation>Laisser les déclencheurs AFTER actifs</translation>
    </message>
    <message>
        <source>What an AFTER trigger does to other tables must happen once, on central, so that those of the tables are disabled on the clone unless this is true.</source>
        <translation>Ce qu'un déclencheur AFTER fait à d'autres tables doit avoir lieu une fois, sur la base centrale ; ceux des tables sont donc désactivés sur le clone si ce n'est pas coché.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nom</translation>
    </message>
    <message>
        <source>Edits carried over</source>
        <translation>Modifications reportées</translation>
    </message>
    <message>
        <source>the role of the connection to central does not own LizSync there</source>
        <translation>le rôle de la connexion à la base centrale n'y possède pas LizSync</translation>
    </message>
    <message>
        <source>Connect with the owner; CENTRAL_ROLE names the role that is to synchronise.</source>
        <translation>Connectez-vous avec le propriétaire ; CENTRAL_ROLE nomme le rôle qui doit synchroniser.</translation>
    </message>
    <message>
        <source>the package is damaged, has another format, or was made from another central database or for another version of LizSync</source>
        <translation>le paquet est abîmé, a un autre format, ou provient d'une autre base centrale ou d'une autre version de LizSync</translation>
    </message>
    <message>
        <source>Make a new package and copy it again.</source>
        <translation>Faites un nouveau paquet et copiez-le de nouveau.</translation>
    </message>
    <message>
        <source>the clone is the central database itself, has clones of its own, or is the clone of another central database</source>
        <translation>le clone est la base centrale elle-même, a ses propres clones, ou est le clone d'une autre base centrale</translation>
    </message>
    <message>
        <source>Check CONNECTION_NAME_CLONE.</source>
        <translation>Vérifiez CONNECTION_NAME_CLONE.</translation>
    </message>
    <message>
        <source>the clone has edits that were not synchronised</source>
        <translation>le clone a des modifications qui n'ont pas été synchronisées</translation>
    </message>
    <message>
        <source>Run synchronize_database first, or let KEEP_UNSENT_CHANGES be true.</source>
        <translation>Lancez d'abord synchronize_database, ou cochez KEEP_UNSENT_CHANGES.</translation>
    </message>
    <message>
        <source>the clone to keep edits of is an older copy of itself, or central was restored from a dump older than its last synchronisation</source>
        <translation>le clone dont garder les modifications est une copie plus ancienne de lui-même, ou la base centrale a été restaurée depuis une sauvegarde plus ancienne que sa dernière synchronisation</translation>
    </message>
    <message>
        <source>Let RECREATE_CLONE_SERVER_ID be true as well, so that its edits are told from those of the other copy.</source>
        <translation>Cochez aussi RECREATE_CLONE_SERVER_ID, pour que ses modifications soient distinguées de celles de l'autre copie.</translation>
    </message>
    <message>
        <source>the clone has synchronised since the package was made, even if the answer was lost</source>
        <translation>le clone a été synchronisé depuis que le paquet a été fait, même si la réponse a été perdue</translation>
    </message>
    <message>
        <source>Make a new package.</source>
        <translation>Faites un nouveau paquet.</translation>
    </message>
    <message>
        <source>the package has what the PostgreSQL of the clone reads otherwise or not at all</source>
        <translation>le paquet a ce que le PostgreSQL du clone lit autrement, ou pas du tout</translation>
    </message>
    <message>
        <source>Deploy to a server of the version in the message, or change what it names on central and make a new package.</source>
        <translation>Déployez sur un serveur de la version que le message indique, ou changez sur la base centrale ce qu'il nomme et faites un nouveau paquet.</translation>
    </message>
    <message>
        <source>the database has tables of its own under names of the package</source>
        <translation>la base a ses propres tables sous des noms du paquet</translation>
    </message>
    <message>
        <source>Deploy to another database, or rename them.</source>
        <translation>Déployez dans une autre base, ou renommez-les.</translation>
    </message>
    <message>
        <source>objects that were made on the clone, or that an earlier package brought, depend on the tables to be replaced</source>
        <translation>des objets faits sur le clone, ou apportés par un paquet précédent, dépendent des tables à remplacer</translation>
    </message>
    <message>
        <source>Drop the objects that the message names on the clone, deploy, and make those again that were made there.</source>
        <translation>Supprimez sur le clone les objets que le message nomme, déployez, et refaites ceux qui y ont été faits.</translation>
    </message>
    <message>
        <source>rows break a check of their table or domain, or a function that computes with them does not find what it names</source>
        <translation>des lignes enfreignent une contrainte CHECK de leur table ou de leur domaine, ou une fonction qui calcule avec elles ne trouve pas ce qu'elle nomme</translation>
    </message>
    <message>
        <source>Do what the message says on central for the check or the function that it names, then make a new package.</source>
        <translation>Faites sur la base centrale ce que le message dit pour la contrainte ou la fonction qu'il nomme, puis faites un nouveau paquet.</translation>
    </message>
    <message>
        <source>the database, PostGIS or another extension is missing, or its schema is closed, and this role may not create what is needed</source>
        <translation>la base, PostGIS ou une autre extension manque, ou son schéma est fermé, et ce rôle ne peut pas créer ce qu'il faut</translation>
    </message>
    <message>
        <source>A superuser runs the commands of the message, where it says.</source>
        <translation>Un superutilisateur lance les commandes du message, là où il le dit.</translation>
    </message>
    <message>
        <source>somebody uses the tables on the clone</source>
        <translation>quelqu'un utilise les tables sur le clone</translation>
    </message>
    <message>
        <source>Close the layers and sessions there, then run it again.</source>
        <translation>Fermez-y les couches et les sessions, puis recommencez.</translation>
    </message>
    <message>
        <source>Two-way database synchronization</source>
        <translation>Synchronisation bidirectionnelle des bases de données</translation>
    </message>
    <message>
        <source>Sends the edits made on the clone to the central database and brings back what was edited there and on the other clones.

Edits are compared field by field: different fields of one feature both survive, and for the same field the last edit wins. A delete wins over an edit. Every value that loses is kept in lizsync.conflicts on central. A row that cannot be applied stays where it was edited, is reported with the reason and is tried again next time; it never holds up the others.

The program talks to both databases itself, so the clone needs no connection to central and no password of it. It may be stopped at any moment and run again: nothing is lost and nothing is applied twice.</source>
        <translation>Envoie à la base centrale les modifications faites sur le clone et rapporte ce qui a été modifié là-bas et sur les autres clones.

Les modifications sont comparées champ par champ : des champs différents d'une même entité survivent tous deux, et pour un même champ la dernière modification l'emporte. Une suppression l'emporte sur une modification. Toute valeur qui perd est conservée dans lizsync.conflicts sur la base centrale. Une ligne qui ne peut pas être appliquée reste où elle a été modifiée, est signalée avec la raison et réessayée la fois suivante ; elle ne retient jamais les autres.

Le programme parle lui-même aux deux bases, si bien que le clone n'a besoin d'aucune connexion à la base centrale ni d'aucun de ses mots de passe. Il peut être arrêté à tout moment et relancé : rien n'est perdu et rien n'est appliqué deux fois.</translation>
    </message>
    <message>
        <source>Connection to central</source>
        <translation>Connexion à la base centrale</translation>
    </message>
    <message>
        <source>The central database, with the role that speaks for the clone.</source>
        <translation>La base centrale, avec le rôle qui parle pour le clone.</translation>
    </message>
    <message>
        <source>Connection to the clone</source>
        <translation>Connexion au clone</translation>
    </message>
    <message>
        <source>The clone, with the role that owns its tables.</source>
        <translation>Le clone, avec le rôle qui possède ses tables.</translation>
    </message>
    <message>
        <source>Rows written on central</source>
        <translation>Lignes écrites sur la base centrale</translation>
    </message>
    <message>
        <source>Rows written on the clone</source>
        <translation>Lignes écrites sur le clone</translation>
    </message>
    <message>
        <source>Conflicts</source>
        <translation>Conflits</translation>
    </message>
    <message>
        <source>Pending rows</source>
        <translation>Lignes en attente</translation>
    </message>
    <message>
        <source>this database is not a clone</source>
        <translation>cette base n'est pas un clone</translation>
    </message>
    <message>
        <source>Check CONNECTION_NAME_CLONE, or deploy a package to it.</source>
        <translation>Vérifiez CONNECTION_NAME_CLONE, ou déployez-y un paquet.</translation>
    </message>
    <message>
        <source>this is not the central database of the clone</source>
        <translation>ce n'est pas la base centrale du clone</translation>
    </message>
    <message>
        <source>Check CONNECTION_NAME_CENTRAL: the clone was deployed from another database.</source>
        <translation>Vérifiez CONNECTION_NAME_CENTRAL : le clone a été déployé à partir d'une autre base.</translation>
    </message>
    <message>
        <source>the structures differ</source>
        <translation>les structures diffèrent</translation>
    </message>
    <message>
        <source>Make the same change on both sides, or deploy a new package; only data is synchronised.</source>
        <translation>Faites le même changement des deux côtés, ou déployez un nouveau paquet ; seules les données sont synchronisées.</translation>
    </message>
    <message>
        <source>another synchronisation of this clone is running</source>
        <translation>une autre synchronisation de ce clone est en cours</translation>
    </message>
    <message>
        <source>Wait until it has ended.</source>
        <translation>Attendez qu'elle soit finie.</translation>
    </message>
    <message>
        <source>central refuses the clone</source>
        <translation>la base centrale refuse le clone</translation>
    </message>
    <message>
        <source>It was revoked, or another role speaks for it: connect to central with that role, name yours there with lizsync.entrust_clone, or deploy again.</source>
        <translation>Il a été révoqué, ou un autre rôle parle pour lui : connectez-vous à la base centrale avec ce rôle, nommez-y le vôtre avec lizsync.entrust_clone, ou déployez de nouveau.</translation>
    </message>
    <message>
        <source>another copy of the clone has synchronised since</source>
        <translation>une autre copie du clone a été synchronisée depuis</translation>
    </message>
    <message>
        <source>Two clones were made from one disk image, or this one was restored from a backup: deploy a package to it, asking to keep its unsent changes.</source>
        <translation>Deux clones viennent d'une même image de disque, ou celui-ci a été restauré d'une sauvegarde : déployez-y un paquet, en demandant de garder ses modifications non envoyées.</translation>
    </message>
    <message>
        <source>central was moved to another cluster or restored from a dump</source>
        <translation>la base centrale a été déplacée vers un autre serveur ou restaurée</translation>
    </message>
    <message>
        <source>Deploy a new package to the clone, asking to keep its unsent changes.</source>
        <translation>Déployez un nouveau paquet sur le clone, en demandant de garder ses modifications non envoyées.</translation>
    </message>
    <message>
        <source>the LizSync structures have different versions</source>
        <translation>les structures LizSync ont des versions différentes</translation>
    </message>
    <message>
        <source>Run upgrade_database_structure on the older one.</source>
        <translation>Lancez upgrade_database_structure sur la plus ancienne.</translation>
    </message>
    <message>
        <source>central is done; the clone receives it with the next synchronisation</source>
        <translation>la base centrale a fini ; le clone le reçoit à la prochaine synchronisation</translation>
    </message>
    <message>
        <source>central may be done; then the clone receives it with the next synchronisation</source>
        <translation>la base centrale a peut-être fini ; le clone le reçoit alors à la prochaine synchronisation</translation>
    </message>
    <message>
        <source>Synchronise again.</source>
        <translation>Synchronisez de nouveau.</translation>
    </message>
    <message>
        <source>Status of a clone</source>
        <translation>État d'un clone</translation>
    </message>
    <message>
        <source>Tells when the clone last synchronised, how many rows wait on each side, which values have lost, which rows are pending and why, and which numbers run short; and whether the functions of LizSync on both sides are as they should be.

It changes nothing, waits for nobody and may run at any time, also while the clone synchronises.</source>
        <translation>Dit quand le clone a été synchronisé pour la dernière fois, combien de lignes restent à transmettre de chaque côté, quelles valeurs ont perdu, quelles lignes sont en attente et pourquoi, et quels numéros vont manquer ; et si les fonctions de LizSync sont des deux côtés comme elles doivent être.

Il ne change rien, n'attend personne et peut être lancé à tout moment, même pendant que le clone se synchronise.</translation>
    </message>
    <message>
        <source>Numbers that run short</source>
        <translation>Numéros qui vont manquer</translation>
    </message>
    <message>
        <source>Conflicts and pending rows to list</source>
        <translation>Conflits et lignes en attente à énumérer</translation>
    </message>
    <message>
        <source>How many of the last conflicts, and of the pending rows, are listed one by one.</source>
        <translation>Combien des derniers conflits, et combien des lignes en attente, sont énumérés un par un.</translation>
    </message>
    <message>
        <source>Name of central</source>
        <translation>Nom de la base centrale</translation>
    </message>
    <message>
        <source>Last synchronisation</source>
        <translation>Dernière synchronisation</translation>
    </message>
    <message>
        <source>Rows to send</source>
        <translation>Lignes à envoyer</translation>
    </message>
    <message>
        <source>Rows to receive</source>
        <translation>Lignes à recevoir</translation>
    </message>
    <message>
        <source>Last conflicts</source>
        <translation>Derniers conflits</translation>
    </message>
    <message>
        <source>the clone was never deployed from this central, or was revoked</source>
        <translation>le clone n'a jamais été déployé à partir de cette base centrale, ou a été révoqué</translation>
    </message>
    <message>
        <source>Check both connections; deploy a package to the clone with deploy_database_server_package.</source>
        <translation>Vérifiez les deux connexions ; déployez un paquet sur le clone avec deploy_database_server_package.</translation>
    </message>
    <message>
        <source>the structure of LizSync is older than this program</source>
        <translation>la structure LizSync est plus ancienne que ce programme</translation>
    </message>
    <message>
        <source>Run upgrade_database_structure on that database.</source>
        <translation>Lancez upgrade_database_structure sur cette base.</translation>
    </message>
    <message>
        <source>other objects depend on a function that is to be dropped</source>
        <translation>d'autres objets dépendent d'une fonction à supprimer</translation>
    </message>
    <message>
        <source>The message names them. Drop them if nobody needs them, then run it again. Nothing was changed.</source>
        <translation>Le message les nomme. Supprimez-les si personne n'en a besoin, puis relancez. Rien n'a été modifié.</translation>
    </message>
    <message>
        <source>the functions of LizSync on one side were altered or dropped</source>
        <translation>des fonctions de LizSync ont été modifiées ou supprimées d'un côté</translation>
    </message>
    <message>
        <source>Run upgrade_database_structure on it.</source>
        <translation>Lancez upgrade_database_structure sur cette base.</translation>
    </message>
    <message>
        <source>the two databases have different functions of LizSync</source>
        <translation>les deux bases ont des fonctions de LizSync différentes</translation>
    </message>
    <message>
        <source>Run upgrade_database_structure of the newer program on both.</source>
        <translation>Lancez upgrade_database_structure du programme le plus récent sur les deux.</translation>
    </message>
    <message>
        <source>What is wrong with LizSync's functions</source>
        <translation>Ce qui ne va pas avec les fonctions de LizSync</translation>
    </message>
    <message>
        <source>03 File synchronization</source>
        <translation>03 Synchronisation des fichiers</translation>
    </message>
    <message>
        <source>Send local QGIS projects and files to the clone FTP server</source>
        <translation>Envoyer les projets QGIS et les fichiers locaux au serveur FTP du clone</translation>
    </message>
    <message>
        <source>Brings a folder of QGIS projects and their files to the clone, by SFTP or by FTP with TLS. Nothing else has to be installed.

Only what changed travels. A file gets its name on the clone when it is whole, and what a broken connection interrupted goes on where it was, in the same run or the next one. Files that only the clone has stay there, unless MIRROR is set.

What somebody changed on the clone is not replaced: a warning names these files, and OVERWRITE replaces them. Photos in the folder media are neither replaced nor removed.

FTP means FTP with TLS. A server that knows none, such as that of an old GeoPoppy, is refused until FTP_ENCRYPTION is none, because the password would be readable on the way.</source>
        <translation>Apporte au clone un dossier de projets QGIS et leurs fichiers, par SFTP ou par FTP avec TLS. Rien d'autre n'est à installer.

Seul ce qui a changé voyage. Un fichier ne reçoit son nom sur le clone qu'une fois entier, et ce qu'une connexion rompue a interrompu reprend où c'en était, dans la même exécution ou la suivante. Les fichiers que seul le clone possède y restent, sauf si MIRROR est coché.

Ce que quelqu'un a changé sur le clone n'est pas remplacé : un avertissement nomme ces fichiers, et OVERWRITE les remplace. Les photos du dossier media ne sont ni remplacées ni supprimées.

FTP veut dire FTP avec TLS. Un serveur qui n'en connaît pas, comme celui d'un ancien GeoPoppy, est refusé tant que FTP_ENCRYPTION n'est pas none, car le mot de passe serait lisible en chemin.</translation>
    </message>
    <message>
        <source>Local QGIS project folder</source>
        <translation>Dossier local des projets QGIS</translation>
    </message>
    <message>
        <source>The folder with the projects and their files.</source>
        <translation>Le dossier des projets et de leurs fichiers.</translation>
    </message>
    <message>
        <source>WinSCP folder (ignored)</source>
        <translation>Dossier de WinSCP (ignoré)</translation>
    </message>
    <message>
        <source>No other program is needed any more; models that pass this go on working.</source>
        <translation>Aucun autre programme n'est plus nécessaire ; les modèles qui donnent ce dossier continuent à fonctionner.</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>Protocole</translation>
    </message>
    <message>
        <source>SFTP, or FTP with TLS (FTPS); FTP_ENCRYPTION can turn TLS off.</source>
        <translation>SFTP, ou FTP avec TLS (FTPS) ; FTP_ENCRYPTION peut désactiver TLS.</translation>
    </message>
    <message>
        <source>Clone host</source>
        <translation>Hôte du clone</translation>
    </message>
    <message>
        <source>The name or address of the clone's server.</source>
        <translation>Le nom ou l'adresse du serveur du clone.</translation>
    </message>
    <message>
        <source>Clone port</source>
        <translation>Port du clone</translation>
    </message>
    <message>
        <source>The port of the clone's server.</source>
        <translation>Le port du serveur du clone.</translation>
    </message>
    <message>
        <source>Clone login</source>
        <translation>Identifiant de connexion au clone</translation>
    </message>
    <message>
        <source>The login on the clone's server.</source>
        <translation>L'identifiant de connexion au serveur du clone.</translation>
    </message>
    <message>
        <source>Clone password</source>
        <translation>Mot de passe du clone</translation>
    </message>
    <message>
        <source>When empty, that of ~/.netrc; SFTP also takes keys and the SSH agent.</source>
        <translation>S'il est vide, celui de ~/.netrc ; SFTP se sert aussi des clés et de l'agent SSH.</translation>
    </message>
    <message>
        <source>Clone folder</source>
        <translation>Dossier du clone</translation>
    </message>
    <message>
        <source>The folder on the clone's server, made when it is not there. Without a leading slash it is where the login starts.</source>
        <translation>Le dossier sur le serveur du clone, créé s'il n'y est pas. Sans barre oblique au début, il est relatif au dossier où la connexion commence.</translation>
    </message>
    <message>
        <source>Excluded subfolders</source>
        <translation>Sous-dossiers exclus</translation>
    </message>
    <message>
        <source>Folders to leave alone on both sides, relative to the project folder and separated by commas.</source>
        <translation>Les dossiers à ne pas toucher des deux côtés, relatifs au dossier des projets et séparés par des virgules.</translation>
    </message>
    <message>
        <source>Remove what the source does not have</source>
        <translation>Supprimer ce que la source n'a pas</translation>
    </message>
    <message>
        <source>Remove from the target the files that are not in the source. Never those in media.</source>
        <translation>Supprimer de la destination les fichiers qui ne sont pas dans la source. Jamais ceux de media.</translation>
    </message>
    <message>
        <source>Replace changed files</source>
        <translation>Remplacer les fichiers changés</translation>
    </message>
    <message>
        <source>Also replace files that were changed or are newer in the target, and photos in media that differ.</source>
        <translation>Remplacer aussi les fichiers qui ont été changés ou sont plus récents dans la destination, et les photos de media qui diffèrent.</translation>
    </message>
    <message>
        <source>Host key fingerprint</source>
        <translation>Empreinte de la clé d'hôte</translation>
    </message>
    <message>
        <source>SFTP, at the first contact: the fingerprint of the server's key, after you have compared it with what its administrator says. It is then kept with the known host keys.</source>
        <translation>SFTP, au premier contact : l'empreinte de la clé du serveur, après l'avoir comparée avec ce que dit son administrateur. La clé est ensuite conservée avec les clés d'hôte connues.</translation>
    </message>
    <message>
        <source>Known host keys</source>
        <translation>Clés d'hôte connues</translation>
    </message>
    <message>
        <source>SFTP: the file of known host keys. ~/.ssh/known_hosts when empty.</source>
        <translation>SFTP : le fichier des clés d'hôte connues. ~/.ssh/known_hosts si c'est vide.</translation>
    </message>
    <message>
        <source>Private key</source>
        <translation>Clé privée</translation>
    </message>
    <message>
        <source>SFTP: the private key to log in with. Those of the SSH agent and of ~/.ssh when empty.</source>
        <translation>SFTP : la clé privée avec laquelle se connecter. Celles de l'agent SSH et de ~/.ssh si c'est vide.</translation>
    </message>
    <message>
        <source>FTP encryption</source>
        <translation>Chiffrement de FTP</translation>
    </message>
    <message>
        <source>FTP: none sends the password and the files readable to whoever is on the way, for servers that know no TLS.</source>
        <translation>FTP : none envoie le mot de passe et les fichiers lisibles par quiconque est sur le chemin, pour les serveurs qui ne connaissent pas TLS.</translation>
    </message>
    <message>
        <source>Trusted certificates</source>
        <translation>Certificats de confiance</translation>
    </message>
    <message>
        <source>FTP: certificates to trust besides those of the system, in the PEM form; for servers that signed their own.</source>
        <translation>FTP : les certificats de confiance en plus de ceux du système, au format PEM ; pour les serveurs qui ont signé le leur eux-mêmes.</translation>
    </message>
    <message>
        <source>Transferred</source>
        <translation>Transférés</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Octets</translation>
    </message>
    <message>
        <source>Unchanged</source>
        <translation>Inchangés</translation>
    </message>
    <message>
        <source>Kept</source>
        <translation>Gardés</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>Supprimés</translation>
    </message>
    <message>
        <source>the server does not answer, or speaks another protocol</source>
        <translation>le serveur ne répond pas, ou parle un autre protocole</translation>
    </message>
    <message>
        <source>Check the host, the port and the protocol: SFTP is mostly on port 22, FTP on 21, that of a GeoPoppy on 2021.</source>
        <translation>Vérifiez l'hôte, le port et le protocole : SFTP est le plus souvent sur le port 22, FTP sur le 21, celui d'un GeoPoppy sur le 2021.</translation>
    </message>
    <message>
        <source>the host key of the server is not known yet</source>
        <translation>la clé d'hôte du serveur n'est pas encore connue</translation>
    </message>
    <message>
        <source>Compare the fingerprint in the message with the server's, and pass it in SFTP_HOST_KEY once.</source>
        <translation>Comparez l'empreinte du message avec celle du serveur, et donnez-la une fois dans SFTP_HOST_KEY.</translation>
    </message>
    <message>
        <source>the host key of the server has changed, or is revoked</source>
        <translation>la clé d'hôte du serveur a changé, ou est révoquée</translation>
    </message>
    <message>
        <source>Ask its administrator. When it was set up anew, remove the old line from known_hosts.</source>
        <translation>Demandez à son administrateur. Si le serveur a été réinstallé, supprimez l'ancienne ligne de known_hosts.</translation>
    </message>
    <message>
        <source>the certificate of the server is not trusted</source>
        <translation>le certificat du serveur n'est pas de confiance</translation>
    </message>
    <message>
        <source>Name the server as its certificate does; give a certificate that signed itself in FTP_CERTIFICATE_FILE.</source>
        <translation>Nommez le serveur comme le fait son certificat ; donnez un certificat autosigné dans FTP_CERTIFICATE_FILE.</translation>
    </message>
    <message>
        <source>the server speaks no TLS</source>
        <translation>le serveur ne parle pas TLS</translation>
    </message>
    <message>
        <source>Use SFTP. On a network that you trust, set FTP_ENCRYPTION to none.</source>
        <translation>Utilisez SFTP. Sur un réseau de confiance, mettez FTP_ENCRYPTION à none.</translation>
    </message>
    <message>
        <source>the server refuses the login</source>
        <translation>le serveur refuse la connexion</translation>
    </message>
    <message>
        <source>Check login and password; put the password into ~/.netrc, or let the server know your key.</source>
        <translation>Vérifiez l'identifiant et le mot de passe ; mettez le mot de passe dans ~/.netrc, ou faites connaître votre clé au serveur.</translation>
    </message>
    <message>
        <source>the remote folder does not exist or cannot be made</source>
        <translation>le dossier distant n'existe pas ou ne peut pas être créé</translation>
    </message>
    <message>
        <source>Check its name and the rights of the login.</source>
        <translation>Vérifiez son nom et les droits de l'identifiant de connexion.</translation>
    </message>
    <message>
        <source>a name would leave its folder, or cannot be written</source>
        <translation>un nom sortirait de son dossier, ou ne peut pas être écrit</translation>
    </message>
    <message>
        <source>Rename the file, or exclude its folder.</source>
        <translation>Renommez le fichier, ou excluez son dossier.</translation>
    </message>
    <message>
        <source>the folder to mirror is empty</source>
        <translation>le dossier à reproduire est vide</translation>
    </message>
    <message>
        <source>Check its name: mirroring it would remove everything.</source>
        <translation>Vérifiez son nom : le reproduire supprimerait tout.</translation>
    </message>
    <message>
        <source>some files cannot be read or written</source>
        <translation>certains fichiers ne peuvent pas être lus ou écrits</translation>
    </message>
    <message>
        <source>The others were brought. Correct what the message says of each and run it again.</source>
        <translation>Les autres ont été transférés. Corrigez ce que le message dit de chacun, puis recommencez.</translation>
    </message>
    <message>
        <source>the connection breaks again and again</source>
        <translation>la connexion se rompt sans cesse</translation>
    </message>
    <message>
        <source>Run it again where the network is better: it goes on where it was.</source>
        <translation>Recommencez là où le réseau est meilleur : le transfert reprend où il en était.</translation>
    </message>
    <message>
        <source>Get projects and files from the central FTP server</source>
        <translation>Récupérer les projets et les fichiers du serveur FTP central</translation>
    </message>
    <message>
        <source>Brings the folder of QGIS projects and their files from the central server to this machine, by SFTP or by FTP with TLS. Nothing else has to be installed.

Only what changed travels. A file gets its name here when it is whole, and what a broken connection interrupted goes on where it was, in the same run or the next one. Files that are only here stay, unless MIRROR is set.

What somebody changed here is not replaced: a warning names these files, and OVERWRITE replaces them. Photos in the folder media are neither replaced nor removed.

In the projects, the layers that show the central database show the clone from then on, and passwords of the central database are removed, unless that is turned off. Nothing else in them is altered. Projects that were changed here are left alone.

FTP means FTP with TLS. A server that knows none is refused until FTP_ENCRYPTION is none, because the password would be readable on the way.</source>
        <translation>Apporte du serveur central à cette machine le dossier des projets QGIS et leurs fichiers, par SFTP ou par FTP avec TLS. Rien d'autre n'est à installer.

Seul ce qui a changé voyage. Un fichier ne reçoit son nom ici qu'une fois entier, et ce qu'une connexion rompue a interrompu reprend où c'en était, dans la même exécution ou la suivante. Les fichiers qui ne sont qu'ici restent, sauf si MIRROR est coché.

Ce que quelqu'un a changé ici n'est pas remplacé : un avertissement nomme ces fichiers, et OVERWRITE les remplace. Les photos du dossier media ne sont ni remplacées ni supprimées.

Dans les projets, les couches qui montrent la base centrale montrent désormais le clone, et les mots de passe de la base centrale sont retirés, sauf si c'est décoché. Rien d'autre n'y est changé. Les projets qui ont été changés ici ne sont pas touchés.

FTP veut dire FTP avec TLS. Un serveur qui n'en connaît pas est refusé tant que FTP_ENCRYPTION n'est pas none, car le mot de passe serait lisible en chemin.</translation>
    </message>
    <message>
        <source>The central database that the projects show, needed to replace it. Nothing is asked of it.</source>
        <translation>La base centrale que montrent les projets, nécessaire pour la remplacer. Rien ne lui est demandé.</translation>
    </message>
    <message>
        <source>SFTP, or FTP with TLS (FTPS); FTP_ENCRYPTION can turn TLS off. SFTP is mostly on port 22.</source>
        <translation>SFTP, ou FTP avec TLS (FTPS) ; FTP_ENCRYPTION peut désactiver TLS. SFTP est le plus souvent sur le port 22.</translation>
    </message>
    <message>
        <source>Central host</source>
        <translation>Hôte central</translation>
    </message>
    <message>
        <source>The name or address of the central server.</source>
        <translation>Le nom ou l'adresse du serveur central.</translation>
    </message>
    <message>
        <source>Central port</source>
        <translation>Port du serveur central</translation>
    </message>
    <message>
        <source>The port of the central server.</source>
        <translation>Le port du serveur central.</translation>
    </message>
    <message>
        <source>Central login</source>
        <translation>Identifiant de connexion au serveur central</translation>
    </message>
    <message>
        <source>The login on the central server. When empty, that of ~/.netrc for the host; in QGIS, that of the authentication configuration.</source>
        <translation>L'identifiant de connexion au serveur central. S'il est vide, celui de ~/.netrc pour l'hôte ; dans QGIS, celui de la configuration d'authentification.</translation>
    </message>
    <message>
        <source>Central password</source>
        <translation>Mot de passe du serveur central</translation>
    </message>
    <message>
        <source>Central folder</source>
        <translation>Dossier du serveur central</translation>
    </message>
    <message>
        <source>The folder of the projects on the central server. Without a leading slash it is where the login starts.</source>
        <translation>Le dossier des projets sur le serveur central. Sans barre oblique au début, il est relatif au dossier où la connexion commence.</translation>
    </message>
    <message>
        <source>Clone QGIS project folder</source>
        <translation>Dossier des projets QGIS du clone</translation>
    </message>
    <message>
        <source>The local folder for the projects and their files, made when it is not there.</source>
        <translation>Le dossier local pour les projets et leurs fichiers, créé s'il n'y est pas.</translation>
    </message>
    <message>
        <source>Let the projects show the clone</source>
        <translation>Faire pointer les projets vers le clone</translation>
    </message>
    <message>
        <source>Let the layers of the central database show the clone instead, in the projects that are fetched.</source>
        <translation>Faire montrer le clone aux couches de la base centrale, dans les projets récupérés.</translation>
    </message>
    <message>
        <source>Synchronize the clone media subfolder to the central FTP server</source>
        <translation>Synchroniser le sous-dossier media du clone vers le serveur FTP central</translation>
    </message>
    <message>
        <source>Sends the photos and other attachments of the folder media to the folder media of the project on the central server, by SFTP or by FTP with TLS.

Only what central lacks travels, and nothing there is ever replaced or removed. When central has another photo of the same name, the one from here goes there with the name of the clone in its own: photo.jpg becomes photo_tablet.jpg. A warning says so, because the feature still refers to photo.jpg.

A file gets its name on the server when it is whole, and what a broken connection interrupted goes on where it was, in the same run or the next one.</source>
        <translation>Envoie les photos et autres pièces jointes du dossier media dans le dossier media du projet sur le serveur central, par SFTP ou par FTP avec TLS.

Seul ce qui manque au serveur central voyage, et rien n'y est jamais remplacé ni supprimé. Quand le serveur central a une autre photo du même nom, celle d'ici y va avec le nom du clone dans le sien : photo.jpg devient photo_tablet.jpg. Un avertissement le dit, car l'entité renvoie toujours à photo.jpg.

Un fichier ne reçoit son nom sur le serveur qu'une fois entier, et ce qu'une connexion rompue a interrompu reprend où c'en était, dans la même exécution ou la suivante.</translation>
    </message>
    <message>
        <source>The folder of the project on the clone; its subfolder media is sent.</source>
        <translation>Le dossier du projet sur le clone ; son sous-dossier media est envoyé.</translation>
    </message>
    <message>
        <source>Clone name</source>
        <translation>Nom du clone</translation>
    </message>
    <message>
        <source>Goes into the name of a photo whose own name is taken on the central server. The name of this machine when empty.</source>
        <translation>Entre dans le nom d'une photo dont le nom est déjà pris sur le serveur central. Le nom de cette machine si c'est vide.</translation>
    </message>
    <message>
        <source>When it refuses or fails</source>
        <translation>Quand il refuse ou échoue</translation>
    </message>
    <message>
        <source>The program lizsync has ended in the middle of the run; the next run starts it again. {reason}</source>
        <translation>Le programme lizsync s'est arrêté au milieu de l'exécution ; la prochaine exécution le relance. {reason}</translation>
    </message>
    <message>
        <source>There is no connection "{name}" to PostgreSQL in QGIS. There are: {names}.</source>
        <translation>Il n'y a pas de connexion « {name} » à PostgreSQL dans QGIS. Il y a : {names}.</translation>
    </message>
    <message>
        <source>The authentication configuration "{id}" of "{name}" is not in QGIS. Choose another one.</source>
        <translation>La configuration d'authentification « {id} » de « {name} » n'est pas dans QGIS. Choisissez-en une autre.</translation>
    </message>
    <message>
        <source>The authentication configuration "{id}" of "{name}" cannot be read without the master password of QGIS. Enter it when QGIS asks for it; for qgis_process, put it into a file and name that in the variable QGIS_AUTH_PASSWORD_FILE.</source>
        <translation>La configuration d'authentification « {id} » de « {name} » ne peut pas être lue sans le mot de passe principal de QGIS. Donnez-le quand QGIS le demande ; pour qgis_process, mettez-le dans un fichier que nomme la variable QGIS_AUTH_PASSWORD_FILE.</translation>
    </message>
    <message>
        <source>It was stopped.</source>
        <translation>Il a été arrêté.</translation>
    </message>
    <message>
        <source>The LizSync plugin is no longer there.</source>
        <translation>L'extension LizSync n'est plus là.</translation>
    </message>
    <message>
        <source>the setting of the LizSync plugin</source>
        <translation>le paramètre de l'extension LizSync</translation>
    </message>
    <message>
        <source>Exit code {code}. {log}</source>
        <translation>Code de sortie {code}. {log}</translation>
    </message>
    <message>
        <source>The program lizsync, which does the work, was not found. Either install the ZIP of the plugin for this system, which has it inside, from {homepage}; or put lizsync into a folder of PATH; or say where it is in Settings, Options, Processing, Providers, LizSync.</source>
        <translation>Le programme lizsync, qui fait le travail, n'a pas été trouvé. Installez le ZIP de l'extension pour ce système, qui le contient, depuis {homepage} ; ou mettez lizsync dans un dossier de PATH ; ou dites où il est dans Préférences, Options, Traitements, Fournisseurs, LizSync.</translation>
    </message>
    <message>
        <source>{place} names {path}, which is not a program that can be run: correct or clear it.</source>
        <translation>{place} nomme {path}, qui n'est pas un programme exécutable : corrigez-le ou effacez-le.</translation>
    </message>
    <message>
        <source>The program {program} ({version}) is not of the version of this plugin: they know different algorithms. Install both from one release, {homepage}.</source>
        <translation>Le programme {program} ({version}) n'est pas de la version de cette extension : ils connaissent des algorithmes différents. Installez les deux depuis une même version, {homepage}.</translation>
    </message>
    <message>
        <source>The program lizsync cannot be copied: {error}</source>
        <translation>Le programme lizsync ne peut pas être copié : {error}</translation>
    </message>
    <message>
        <source>The program {program} cannot be run: {error}</source>
        <translation>Le programme {program} ne peut pas être lancé : {error}</translation>
    </message>
    <message>
        <source>The program {program} does not start as lizsync does. {log}</source>
        <translation>Le programme {program} ne démarre pas comme le fait lizsync. {log}</translation>
    </message>
    <message>
        <source>The layer "{name}" is not of PostgreSQL: take it out of the list.</source>
        <translation>La couche « {name} » n'est pas de PostgreSQL : retirez-la de la liste.</translation>
    </message>
    <message>
        <source>The layer "{name}" is a query and no table: take it out of the list, or choose the table or view itself.</source>
        <translation>La couche « {name} » est une requête et non une table : retirez-la de la liste, ou choisissez la table ou la vue elle-même.</translation>
    </message>
    <message>
        <source>There is no layer "{name}": give a layer of the project or schema.table.</source>
        <translation>Il n'y a pas de couche « {name} » : donnez une couche du projet ou schéma.table.</translation>
    </message>
    <message>
        <source>The layer "{name}" is of the database {own}, and the connection leads to {database}: choose layers of that database, or another connection.</source>
        <translation>La couche « {name} » est de la base {own}, et la connexion mène à {database} : choisissez des couches de cette base, ou une autre connexion.</translation>
    </message>
    <message>
        <source>The layer "{name}" has a filter, which is not applied: all rows of the table are taken.</source>
        <translation>La couche « {name} » a un filtre, qui n'est pas appliqué : toutes les lignes de la table sont prises.</translation>
    </message>
    <message>
        <source>{title} ({name}) is not valid: {value}</source>
        <translation>{title} ({name}) n'est pas valide : {value}</translation>
    </message>
    <message>
        <source>{title} ({name}) is missing.</source>
        <translation>{title} ({name}) manque.</translation>
    </message>
    <message>
        <source>{name} must be {choices}, not {value}.</source>
        <translation>{name} doit être {choices}, et non {value}.</translation>
    </message>
    <message>
        <source> or </source>
        <translation> ou </translation>
    </message>
    <message>
        <source>LizSync: databases that are edited apart</source>
        <translation>LizSync : des bases modifiées chacune de leur côté</translation>
    </message>
    <message>
        <source>Program lizsync (found by itself when empty)</source>
        <translation>Programme lizsync (trouvé de lui-même si c'est vide)</translation>
    </message>
    <message>
        <source>Main</source>
        <translation>Principal</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Avancé</translation>
    </message>
    <message>
        <source>Ask for the status again</source>
        <translation>Redemander l'état</translation>
    </message>
    <message>
        <source>Synchronise</source>
        <translation>Synchroniser</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Central</source>
        <translation>Centrale</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Aide</translation>
    </message>
    <message>
        <source>Asking both databases…</source>
        <translation>Interrogation des deux bases…</translation>
    </message>
    <message>
        <source>The status is not known.</source>
        <translation>L'état n'est pas connu.</translation>
    </message>
    <message>
        <source>Synchronised</source>
        <translation>Synchronisé</translation>
    </message>
    <message>
        <source>Not synchronised</source>
        <translation>Non synchronisé</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Annulé</translation>
    </message>
    <message>
        <source>Help of LizSync</source>
        <translation>Aide de LizSync</translation>
    </message>
    <message>
        <source>Central is the database that everybody shares; a clone is a copy of it that is edited apart: on a laptop, in another office.</source>
        <translation>La base centrale est celle que tout le monde partage ; un clone en est une copie, éditée à part : sur un ordinateur portable, dans un autre bureau.</translation>
    </message>
    <message>
        <source>Once: install LizSync on central, prepare it, package the tables, and deploy the package to each clone. The buttons are under Advanced.</source>
        <translation>Une seule fois : installer LizSync dans la base centrale, la préparer, mettre les tables dans un paquet, puis déployer ce paquet sur chaque clone. Les boutons sont dans l'onglet Avancé.</translation>
    </message>
    <message>
        <source>Every day: choose both connections and press Synchronise, as often as you like. Save the edits of your layers before: only what is saved is in the database.</source>
        <translation>Chaque jour : choisir les deux connexions et cliquer sur Synchroniser, aussi souvent que vous voulez. Enregistrez d'abord les modifications de vos couches : seul ce qui est enregistré est dans la base.</translation>
    </message>
    <message>
        <source>A conflict is a value that was edited on both sides: the later edit was kept, and the other one is listed, struck out. A pending row could not be applied, for the reason that is shown; correct it on either side and synchronise again. Click a line to see the row on the map.</source>
        <translation>Un conflit est une valeur modifiée des deux côtés : la modification la plus récente a été gardée, et l'autre est dans la liste, barrée. Une ligne en attente n'a pas pu être appliquée, pour la raison affichée ; corrigez-la d'un côté ou de l'autre et synchronisez à nouveau. Cliquez sur une ligne de la liste pour la voir sur la carte.</translation>
    </message>
    <message>
        <source>Last synchronised</source>
        <translation>Dernière synchronisation</translation>
    </message>
    <message>
        <source>to receive</source>
        <translation>à recevoir</translation>
    </message>
    <message>
        <source>Conflicts so far</source>
        <translation>Conflits jusqu'ici</translation>
    </message>
    <message>
        <source>pending</source>
        <translation>en attente</translation>
    </message>
    <message>
        <source>Press the arrows to ask for the status.</source>
        <translation>Cliquez sur les flèches pour demander l'état.</translation>
    </message>
    <message>
        <source>Choose the connections to central and to the clone.</source>
        <translation>Choisissez les connexions à la base centrale et au clone.</translation>
    </message>
    <message>
        <source>Edits that are not saved are not synchronised</source>
        <translation>Les modifications non enregistrées ne sont pas synchronisées</translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation>Annulation…</translation>
    </message>
    <message>
        <source>rows sent {sent}, received {received}; conflicts {conflicts}, pending {pending}.</source>
        <translation>envoyées {sent}, reçues {received} ; conflits {conflicts}, en attente {pending}.</translation>
    </message>
    <message>
        <source>As it was at {time}.</source>
        <translation>Tel que c'était à {time}.</translation>
    </message>
    <message>
        <source>Pending</source>
        <translation>En attente</translation>
    </message>
    <message>
        <source>Finding a row</source>
        <translation>Recherche d'une ligne</translation>
    </message>
    <message>
        <source>The row is on no layer of the project: it is deleted, or a filter of the layer hides it.</source>
        <translation>La ligne n'est dans aucune couche du projet : elle est supprimée, ou un filtre de la couche la cache.</translation>
    </message>
    <message>
        <source>The row on the layer "{name}" has no geometry.</source>
        <translation>La ligne de la couche « {name} » n'a pas de géométrie.</translation>
    </message>
    <message>
        <source>No layer of the project shows the table {table}: add it to see the row on the map.</source>
        <translation>Aucune couche du projet ne montre la table {table} : ajoutez-la pour voir la ligne sur la carte.</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>modifiée</translation>
    </message>
    <message>
        <source>never</source>
        <translation>jamais</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>Table</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Champ</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>Règle</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Date</translation>
    </message>
    <message>
        <source>last edit wins</source>
        <translation>la dernière modification l'emporte</translation>
    </message>
    <message>
        <source>Both sides edited the same field. The edit that was made last was kept.</source>
        <translation>Les deux côtés ont modifié le même champ. La modification faite en dernier a été gardée.</translation>
    </message>
    <message>
        <source>equal times: central wins</source>
        <translation>à la même date, la base centrale l'emporte</translation>
    </message>
    <message>
        <source>Both sides edited the same field at the same time. Central's value was kept.</source>
        <translation>Les deux côtés ont modifié le même champ au même moment. La valeur de la base centrale a été gardée.</translation>
    </message>
    <message>
        <source>delete wins</source>
        <translation>la suppression l'emporte</translation>
    </message>
    <message>
        <source>One side deleted the row that the other side edited. It is deleted on both.</source>
        <translation>Un côté a supprimé la ligne que l'autre a modifiée. Elle est supprimée des deux côtés.</translation>
    </message>
    <message>
        <source>foreign key action</source>
        <translation>action de clé étrangère</translation>
    </message>
    <message>
        <source>What the clone sent made a foreign key of central delete or change another row, with an edit that the clone had not seen.</source>
        <translation>Ce que le clone a envoyé a conduit une clé étrangère de la base centrale à supprimer ou à modifier une autre ligne, avec une modification que le clone n'avait pas vue.</translation>
    </message>
    <message>
        <source>given up</source>
        <translation>abandonné</translation>
    </message>
    <message>
        <source>The row was pending, and somebody gave it up on the clone. Central's row was kept.</source>
        <translation>La ligne était en attente, et quelqu'un l'a abandonnée sur le clone. La ligne de la base centrale a été gardée.</translation>
    </message>
    <message>
        <source>column no longer exists</source>
        <translation>la colonne n'existe plus</translation>
    </message>
    <message>
        <source>The column was renamed or dropped before the clone could send what was edited in it.</source>
        <translation>La colonne a été renommée ou supprimée avant que le clone ait pu envoyer ce qui y avait été modifié.</translation>
    </message>
    <message>
        <source>original LizSync</source>
        <translation>LizSync d'origine</translation>
    </message>
    <message>
        <source>The original LizSync decided, before this database was upgraded. central_value and clone_value hold its statements, row_data its rule.</source>
        <translation>Le LizSync d'origine a décidé, avant la mise à jour de cette base. central_value et clone_value contiennent ses instructions, row_data sa règle.</translation>
    </message>
    <message>
        <source>deleted</source>
        <translation>supprimée</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Raison</translation>
    </message>
    <message>
        <source>Refused by</source>
        <translation>Refusée par</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>Depuis</translation>
    </message>
    <message>
        <source>central</source>
        <translation>la base centrale</translation>
    </message>
    <message>
        <source>the clone</source>
        <translation>le clone</translation>
    </message>
    <message>
        <source>the whole row</source>
        <translation>toute la ligne</translation>
    </message>
    <message>
        <source>Build a mobile QGIS project</source>
        <translation>Construire un projet QGIS mobile</translation>
    </message>
    <message>
        <source>Writes a copy of a QGIS project for the field, beside it: from city.qgz it makes city_mobile.qgz. In it the chosen PostgreSQL layers show the clone instead of the central database, and other chosen layers a GeoPackage, city_mobile/layers.gpkg.

Nothing else is altered: styles, forms, relations, joins, layouts and the ids of layers are the same, and what names a chosen layer follows it. Layers that were not chosen show what they showed. Passwords of the central database are removed, from all layers.

The defaults of the clone's connection are those of a tablet with its database on it. The project itself stays as it is. A project that was built before is replaced.</source>
        <translation>Écrit à côté d'un projet QGIS sa copie pour le terrain : de city.qgz il fait city_mobile.qgz. Les couches PostgreSQL choisies y montrent le clone au lieu de la base centrale, et d'autres couches choisies un GeoPackage, city_mobile/layers.gpkg.

Rien d'autre n'est changé : les styles, formulaires, relations, jointures, mises en page et identifiants de couches sont les mêmes, et ce qui nomme une couche choisie la suit. Les couches qui n'ont pas été choisies montrent ce qu'elles montraient. Les mots de passe de la base centrale sont retirés, de toutes les couches.

Les valeurs par défaut de la connexion au clone sont celles d'une tablette qui porte sa base. Le projet lui-même reste comme il est. Un projet construit auparavant est remplacé.</translation>
    </message>
    <message>
        <source>The central database that the PostgreSQL layers show. Nothing is asked of it.</source>
        <translation>La base centrale que montrent les couches PostgreSQL. Rien ne lui est demandé.</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>Projet</translation>
    </message>
    <message>
        <source>The project, as .qgs or .qgz. In QGIS it is the current one.</source>
        <translation>Le projet, en .qgs ou .qgz. Dans QGIS, c'est le projet courant.</translation>
    </message>
    <message>
        <source>The layers that show the clone in the mobile project: by id, as schema.table, or by a name that no other layer has.</source>
        <translation>Les couches qui montrent le clone dans le projet mobile : par identifiant, comme schema.table, ou par un nom qu'aucune autre couche ne porte.</translation>
    </message>
    <message>
        <source>Layers for the GeoPackage</source>
        <translation>Couches pour le GeoPackage</translation>
    </message>
    <message>
        <source>The layers that show the file layers.gpkg in the mobile project. QGIS writes that file. Elsewhere it has to be there, and each layer is given with its table in it: LAYER=TABLE.</source>
        <translation>Les couches qui montrent le fichier layers.gpkg dans le projet mobile. QGIS écrit ce fichier. Ailleurs il doit être là, et chaque couche est donnée avec sa table dans ce fichier : LAYER=TABLE.</translation>
    </message>
    <message>
        <source>Replace the GeoPackage</source>
        <translation>Remplacer le GeoPackage</translation>
    </message>
    <message>
        <source>In QGIS: write the GeoPackage anew. Otherwise the layers that are in it already stay as they are there.</source>
        <translation>Dans QGIS : écrire le GeoPackage à nouveau. Sinon, les couches qui y sont déjà y restent telles quelles.</translation>
    </message>
    <message>
        <source>The server of the clone, as the device sees it that opens the project.</source>
        <translation>Le serveur du clone, vu de l'appareil qui ouvre le projet.</translation>
    </message>
    <message>
        <source>Its port.</source>
        <translation>Son port.</translation>
    </message>
    <message>
        <source>Clone database</source>
        <translation>Base du clone</translation>
    </message>
    <message>
        <source>The name of the clone's database.</source>
        <translation>Le nom de la base du clone.</translation>
    </message>
    <message>
        <source>Clone user</source>
        <translation>Utilisateur du clone</translation>
    </message>
    <message>
        <source>The role that edits there. Its password is not written into the project: ~/.pgpass has it, or QGIS asks.</source>
        <translation>Le rôle qui y modifie les données. Son mot de passe n'est pas écrit dans le projet : il est dans ~/.pgpass, ou QGIS le demande.</translation>
    </message>
    <message>
        <source>Clone service</source>
        <translation>Service du clone</translation>
    </message>
    <message>
        <source>A service of the device's pg_service.conf, instead of host, port, database and user.</source>
        <translation>Un service du pg_service.conf de l'appareil, au lieu de l'hôte, du port, de la base et de l'utilisateur.</translation>
    </message>
    <message>
        <source>Mobile project</source>
        <translation>Projet mobile</translation>
    </message>
    <message>
        <source>Layers of the clone</source>
        <translation>Couches du clone</translation>
    </message>
    <message>
        <source>Layers of the GeoPackage</source>
        <translation>Couches du GeoPackage</translation>
    </message>
    <message>
        <source>the project is not a .qgs or .qgz file</source>
        <translation>le projet n'est pas un fichier .qgs ou .qgz</translation>
    </message>
    <message>
        <source>Save it as one.</source>
        <translation>Enregistrez-le comme tel.</translation>
    </message>
    <message>
        <source>a layer is not in the project, or several have its name</source>
        <translation>une couche n'est pas dans le projet, ou plusieurs portent son nom</translation>
    </message>
    <message>
        <source>Take one of those that the message names, by its id.</source>
        <translation>Prenez l'une de celles que nomme le message, par son identifiant.</translation>
    </message>
    <message>
        <source>a layer shows another database than the central one</source>
        <translation>une couche montre une autre base que la base centrale</translation>
    </message>
    <message>
        <source>Take it out of the list, or choose the connection that it uses; host, port and database must be the same.</source>
        <translation>Retirez-la de la liste, ou choisissez la connexion dont elle se sert ; l'hôte, le port et la base doivent être les mêmes.</translation>
    </message>
    <message>
        <source>a layer is a query, or of another provider</source>
        <translation>une couche est une requête, ou d'un autre fournisseur</translation>
    </message>
    <message>
        <source>Take it out of PG_LAYERS; GPKG_LAYERS takes any vector layer.</source>
        <translation>Retirez-la de PG_LAYERS ; GPKG_LAYERS prend toute couche vectorielle.</translation>
    </message>
    <message>
        <source>layers.gpkg is not there</source>
        <translation>layers.gpkg n'est pas là</translation>
    </message>
    <message>
        <source>Run it in QGIS, which writes it; or make it, with ogr2ogr for instance, in the folder that the message names.</source>
        <translation>Exécutez l'algorithme dans QGIS, qui l'écrit ; ou faites ce fichier, par exemple avec ogr2ogr, dans le dossier que nomme le message.</translation>
    </message>
    <message>
        <source>the projects are to show the clone, and CONNECTION_NAME_CENTRAL is missing</source>
        <translation>les projets doivent montrer le clone, et CONNECTION_NAME_CENTRAL manque</translation>
    </message>
    <message>
        <source>Give the connection that they use, or let REPLACE_DATASOURCE_IN_QGIS_PROJECT be false.</source>
        <translation>Donnez la connexion dont ils se servent, ou décochez REPLACE_DATASOURCE_IN_QGIS_PROJECT.</translation>
    </message>
    <message>
        <source>04 All-in-one</source>
        <translation>04 Tout-en-un</translation>
    </message>
    <message>
        <source>Package project and data from the central server</source>
        <translation>Empaqueter le projet et les données du serveur central</translation>
    </message>
    <message>
        <source>Makes all that goes to the field from one project: the package of the chosen tables, as package_central_database does, and the mobile project, as build_mobile_project does, with its GeoPackage. deploy_all brings them to a clone.

The relations, joins and value relations of the project are looked at, and a warning names each that refers to a number which each database gives on its own.

For city.qgz the package is city_mobile/central_database_package.zip and the mobile project is city_mobile.qgz, both beside it. It stops at the first step that fails, and says what was done; running it again does all steps anew.</source>
        <translation>Fait d'un projet tout ce qui part sur le terrain : le paquet des tables choisies, comme package_central_database, et le projet mobile avec son GeoPackage, comme build_mobile_project. deploy_all les apporte à un clone.

Les relations, jointures et relations de valeurs du projet sont examinées, et un avertissement nomme chacune qui renvoie à un numéro que chaque base attribue elle-même.

Pour city.qgz, le paquet est city_mobile/central_database_package.zip et le projet mobile est city_mobile.qgz, tous deux à côté de lui. L'exécution s'arrête à la première étape qui échoue et dit ce qui a été fait ; la relancer refait toutes les étapes.</translation>
    </message>
    <message>
        <source>The layers of the central database whose tables go to the clones: by id, as schema.table, or by a name that no other layer has. A table or view that no layer of the project shows can be given as schema.table.</source>
        <translation>Les couches de la base centrale dont les tables vont aux clones : par identifiant, comme schema.table, ou par un nom qu'aucune autre couche ne porte. Une table ou une vue qu'aucune couche du projet ne montre peut être donnée comme schema.table.</translation>
    </message>
    <message>
        <source>a step of it fails</source>
        <translation>une de ses étapes échoue</translation>
    </message>
    <message>
        <source>Do what the message says; it names the steps that were done and those that are left.</source>
        <translation>Faites ce que dit le message ; il nomme les étapes qui ont été faites et celles qui restent.</translation>
    </message>
    <message>
        <source>Deploy project and data to a clone</source>
        <translation>Déployer le projet et les données sur un clone</translation>
    </message>
    <message>
        <source>Brings to a clone what package_all has made of a project: the data, as deploy_database_server_package does, and then the folder of the project with the mobile one in it, as send_projects_and_files_to_clone_ftp does. The package itself is not sent.

It stops at the first step that fails, and says what was done. When the files could not be sent, the data are deployed: run send_projects_and_files_to_clone_ftp, or this again.</source>
        <translation>Apporte à un clone ce que package_all a fait d'un projet : les données, comme deploy_database_server_package, puis le dossier du projet, où se trouve le projet mobile, comme send_projects_and_files_to_clone_ftp. Le paquet lui-même n'est pas envoyé.

L'exécution s'arrête à la première étape qui échoue et dit ce qui a été fait. Quand les fichiers n'ont pas pu être envoyés, les données sont déployées : exécutez send_projects_and_files_to_clone_ftp, ou relancez celui-ci.</translation>
    </message>
    <message>
        <source>The project that package_all was run for, not the mobile one. In QGIS it is the current one. Its folder is sent.</source>
        <translation>Le projet pour lequel package_all a été exécuté, pas le projet mobile. Dans QGIS, c'est le projet courant. Son dossier est envoyé.</translation>
    </message>
    <message>
        <source>the project has no package or no mobile project</source>
        <translation>le projet n'a pas de paquet, ou pas de projet mobile</translation>
    </message>
    <message>
        <source>Run package_all for it; the project is the one that you work with, not the mobile one.</source>
        <translation>Exécutez package_all pour lui ; le projet est celui avec lequel vous travaillez, pas le projet mobile.</translation>
    </message>
    <message>
        <source>the project is in the home folder, all of which would be sent</source>
        <translation>le projet est dans le dossier personnel, qui serait envoyé en entier</translation>
    </message>
    <message>
        <source>Save it in a folder of its own, with the files that belong to it.</source>
        <translation>Enregistrez-le dans un dossier à lui, avec les fichiers qui en font partie.</translation>
    </message>
    <message>
        <source>The layer "{name}" could not be written into {file}: {reason}.</source>
        <translation>La couche « {name} » n'a pas pu être écrite dans {file} : {reason}.</translation>
    </message>
    <message>
        <source>{written} of {there} features are in it; see whether its source is still there, or was altered meanwhile, and try again</source>
        <translation>{written} de ses {there} entités y sont ; voyez si sa source est toujours là, ou a été changée entre-temps, et recommencez</translation>
    </message>
    <message>
        <source>The layer "{name}" is in {file} already: its table {table} is kept.</source>
        <translation>La couche « {name} » est déjà dans {file} : sa table {table} est conservée.</translation>
    </message>
    <message>
        <source>{file} cannot be read: {reason}. Let it be replaced (OVERWRITE_GPKG), or take it away.</source>
        <translation>{file} ne peut pas être lu : {reason}. Faites-le remplacer (OVERWRITE_GPKG), ou ôtez-le de là.</translation>
    </message>
    <message>
        <source>Cancelled: {file} is as it was before.</source>
        <translation>Annulé : {file} est comme avant.</translation>
    </message>
    <message>
        <source>{file} cannot be written: {reason}. Close it where it is open, and check the rights and the room of its folder.</source>
        <translation>{file} ne peut pas être écrit : {reason}. Fermez-le là où il est ouvert, et vérifiez les droits et la place de son dossier.</translation>
    </message>
    <message>
        <source>The layer "{name}" goes into {file}.</source>
        <translation>La couche « {name} » va dans {file}.</translation>
    </message>
    <message>
        <source>The layer "{name}" is not in the project: add it, and save the project.</source>
        <translation>La couche « {name} » n'est pas dans le projet : ajoutez-la, et enregistrez le projet.</translation>
    </message>
    <message>
        <source>The layer "{name}" cannot be read as a vector layer: take it out of the list, or repair its source.</source>
        <translation>La couche « {name} » ne peut pas être lue comme couche vectorielle : retirez-la de la liste, ou réparez sa source.</translation>
    </message>
    <message>
        <source>Several layers of the project are meant: {layers}. Choose among them again, or give an id.</source>
        <translation>Plusieurs couches du projet peuvent être désignées : {layers}. Choisissez à nouveau parmi elles, ou donnez un identifiant.</translation>
    </message>
    <message>
        <source>The layer "{name}" has edits that are not saved: save them first.</source>
        <translation>La couche « {name} » a des modifications non enregistrées : enregistrez-les d'abord.</translation>
    </message>
    <message>
        <source>The project is not in a file: save it first, as .qgz or .qgs.</source>
        <translation>Le projet n'est pas dans un fichier : enregistrez-le d'abord, en .qgz ou .qgs.</translation>
    </message>
    <message>
        <source>The project has changes that are not saved: save it first, because the file is what is taken.</source>
        <translation>Le projet a des changements non enregistrés : enregistrez-le d'abord, car c'est le fichier qui est pris.</translation>
    </message>
    <message>
        <source>{value} is not the project of the run, which is {path}: open it first, or give it to qgis_process as --project_path.</source>
        <translation>{value} n'est pas le projet de l'exécution, qui est {path} : ouvrez-le d'abord, ou donnez-le à qgis_process avec --project_path.</translation>
    </message>
    <message>
        <source>{path} no longer exists: save the project again.</source>
        <translation>{path} n'existe plus : enregistrez à nouveau le projet.</translation>
    </message>
    <message>
        <source>Keys that a sequence numbers</source>
        <translation>Clés numérotées par une séquence</translation>
    </message>
    <message>
        <source>Numbers that run short</source>
        <translation>Numéros qui viennent à manquer</translation>
    </message>
    <message>
        <source>Shared: the numbers are the same everywhere, because each clone draws from blocks that central allots to it. Local: each database numbers for itself, and the numbers are not sent. The prepared tables of the chosen schemas are moved to what is given here, and their clones must be deployed again. When it is not given, tables stay as they are, and those that are prepared for the first time are shared.</source>
        <translation>shared : les numéros sont les mêmes partout, car chaque clone tire les siens de blocs que la base centrale lui attribue. local : chaque base numérote pour elle-même, et les numéros ne sont pas transmis. Les tables préparées des schémas choisis passent à ce qui est donné ici, et leurs clones doivent être déployés de nouveau. Sans valeur, les tables restent comme elles sont, et celles qui sont préparées pour la première fois ont des numéros partagés.</translation>
    </message>
    <message>
        <source>central has changed how the keys of these tables are numbered</source>
        <translation>la base centrale a changé la façon dont les clés de ces tables sont numérotées</translation>
    </message>
    <message>
        <source>Make a new package and deploy it to the clone, asking to keep its unsent changes.</source>
        <translation>Faire un nouveau paquet et le déployer sur le clone, en demandant de garder ses modifications non envoyées.</translation>
    </message>
    <message>
        <source>central has no numbers left for another clone</source>
        <translation>la base centrale n'a plus de numéros pour un clone de plus</translation>
    </message>
    <message>
        <source>Do what the message says on central for the sequence that it names, then make a new package.</source>
        <translation>Faire dans la base centrale ce que dit le message pour la séquence qu'il nomme, puis faire un nouveau paquet.</translation>
    </message>
</context>
</TS>
